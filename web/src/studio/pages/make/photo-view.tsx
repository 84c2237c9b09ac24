import { LoaderCircle, Pause, Play, RefreshCw } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { FaceOutlines } from './face-outlines.tsx';
import type { PhotoFaces } from './photo-faces.ts';
import type { PreviewControl } from './preview-control.ts';
import { Fitted } from './stage.tsx';

/** The photo with its faces; once one is ready, that face as it will be seen in the clip, and how it begins to speak. */
export function PhotoView({
  photo,
  faces,
  preview,
  onRemove,
}: {
  readonly photo: File;
  readonly faces: PhotoFaces;
  readonly preview: PreviewControl;
  readonly onRemove: () => void;
}) {
  const say = useText(MAKE);
  const url = useMemo(() => URL.createObjectURL(photo), [photo]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  const [size, setSize] = useState({ width: 4, height: 5 });
  const { prepared, seen, busy } = faces;
  const several = (seen?.faces.length ?? 0) > 1;
  const status = busy ? say(seen ? 'photo.preparing' : 'photo.looking') : undefined;
  return (
    <>
      <div className="contents">
        {prepared && preview.canvas && preview.isShown ? (
          <Fitted {...prepared.size}>
            <CanvasOf canvas={preview.canvas} label={say('preview.label')} />
          </Fitted>
        ) : (
          <Fitted {...size}>
            <img
              src={url}
              alt={say('photo.alt')}
              className={`absolute inset-0 size-full object-contain transition-opacity ${busy ? 'opacity-80' : ''}`}
              onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setSize({ width, height })}
            />
            <FaceOutlines faces={faces} />
          </Fitted>
        )}
      </div>
      <div className="absolute inset-x-0 top-0 flex justify-end p-3">
        <Button size="small" onClick={onRemove}>
          <RefreshCw className="size-4" aria-hidden="true" />
          {say('photo.change')}
        </Button>
      </div>
      <div className="absolute inset-x-0 bottom-0 flex flex-wrap items-end justify-between gap-2 p-3">
        <p role="status" className="min-h-9">
          {status && (
            <span className="inline-flex min-h-9 items-center gap-2 rounded-xl bg-raised px-3 text-sm shadow-card">
              <LoaderCircle className="size-4 animate-spin" aria-hidden="true" />
              {status}
            </span>
          )}
          {!status && several && !preview.isPlaying && (
            <span className="inline-flex min-h-9 items-center rounded-xl bg-raised px-3 text-sm shadow-card">
              {say('faces.choose')}
            </span>
          )}
        </p>
        <PreviewButton preview={preview} ready={prepared !== null} />
      </div>
    </>
  );
}

function PreviewButton({ preview, ready }: { readonly preview: PreviewControl; readonly ready: boolean }) {
  const say = useText(MAKE);
  if (!ready) return null;
  const Icon = preview.isPlaying ? Pause : Play;
  return (
    <Button
      size="small"
      busy={preview.isLoading}
      disabled={!preview.canPlay}
      title={preview.canPlay ? undefined : say('preview.nothing')}
      onClick={preview.isPlaying ? preview.stop : preview.play}
    >
      {!preview.isLoading && <Icon className="size-4" aria-hidden="true" />}
      {say(preview.isPlaying ? 'preview.stop' : 'preview.play')}
    </Button>
  );
}

/** A canvas that somebody else draws. */
function CanvasOf({ canvas, label }: { readonly canvas: HTMLCanvasElement; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
    place.current!.append(canvas);
    return () => canvas.remove();
  }, [canvas]);
  return <div ref={place} role="img" aria-label={label} className="absolute inset-0" />;
}
