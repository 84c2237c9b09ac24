/**
 * Containers that a video may come in: each holds its own pictures. Formats that name further files (playlists, scripts, image
 * sequences) are left out on purpose, and so are single pictures.
 */
const VIDEO_DEMUXERS = 'asf,avi,flv,matroska,mov,mpeg,mpegts,mxf,nut,ogg';
/** 8K; a forged header may ask for more. */
const LARGEST_FRAME_PIXELS = 7680 * 4320;
/** Room for one decoded 8K frame with 16 bits a channel. */
const LARGEST_ALLOCATION_BYTES = 512 << 20;

/** How ffmpeg is told to open a video from outside: by itself, whatever it says about other files, and within limits. */
export const videoInput = (path: string): string[] => [
  ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', VIDEO_DEMUXERS],
  ...['-max_alloc', String(LARGEST_ALLOCATION_BYTES), '-max_pixels', String(LARGEST_FRAME_PIXELS)],
  ...['-i', `file:${path}`],
];
