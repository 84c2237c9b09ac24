/** Shows a clip, or plays a sound, with the controls of the browser. `width` and `height` keep its place before it is there. */
export function MediaPlayer({
  src,
  type,
  label,
  width,
  height,
  poster,
  autoPlay = false,
  low = false,
}: {
  readonly src: string;
  /** Of a media type, what stands before the "/". */
  readonly type: 'video' | 'audio';
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  readonly poster?: string;
  readonly autoPlay?: boolean;
  /** Whether much else has to be seen beside it. */
  readonly low?: boolean;
}) {
  if (type === 'audio') {
    // biome-ignore lint/a11y/useMediaCaption: what is said stands beside it, and only its maker knows the words
    return <audio src={src} aria-label={label} controls className="w-full" preload="metadata" />;
  }
  return (
    <div className="grid place-items-center overflow-hidden rounded-2xl bg-stage">
      {/* biome-ignore lint/a11y/useMediaCaption: clips bring their own captions where they have some */}
      <video
        src={src}
        aria-label={label}
        width={width}
        height={height}
        poster={poster}
        controls
        playsInline
        autoPlay={autoPlay}
        preload="metadata"
        className={`w-auto ${low ? 'max-h-[min(40dvh,24rem)]' : 'max-h-[min(58dvh,40rem)]'}`}
      />
    </div>
  );
}
