import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFfmpeg } from '../../media/ffmpeg.ts';

const FACE = fileURLToPath(new URL('../../../../fixtures/portrait.jpg', import.meta.url));

/** What a video of a face is to show. */
interface FaceVideo {
  readonly seconds: number;
  readonly fps?: number;
  /** Pixels by which the face moves to the right in a second; 40 unless told otherwise. */
  readonly speed?: number;
  /** Seconds in which nothing is seen but black. */
  readonly dark?: readonly [from: number, to: number];
}

/**
 * Writes a video of the drawn portrait, 384 × 480, in which the face moves to the right, and a bar at the left edge gets
 * lighter with every frame, which tells frames apart.
 */
export async function makeFaceVideo(path: string, { seconds, fps = 25, speed = 40, dark }: FaceVideo): Promise<void> {
  const { path: ffmpeg } = await findFfmpeg({ path: process.env.PATH ?? '' });
  const moving = `scale=480:-2,crop=384:480:x='80-${speed}*t':y=0,format=yuv444p`;
  const bar = `geq=lum='if(lt(X,24),16+N*2,lum(X,Y))':cb='if(lt(X,24),128,cb(X,Y))':cr='if(lt(X,24),128,cr(X,Y))'`;
  const black = dark ? `,drawbox=x=24:w=iw:h=ih:t=fill:color=black:enable='between(t,${dark[0]},${dark[1]})'` : '';
  await promisify(execFile)(ffmpeg, [
    ...['-v', 'error', '-loop', '1', '-framerate', String(fps), '-i', FACE, '-t', String(seconds)],
    ...['-vf', `${moving},${bar}${black},format=yuv420p`, '-c:v', 'libx264', '-qp', '10', '-y', path],
  ]);
}
