import type { Asset } from '@orator/client/schemas';
import { AudioLines, Film, ImageOff, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { kindOf } from './file-words.ts';

/** The moment of a clip that is shown, s: at its very beginning some have not begun to look at anybody. */
const MOMENT = 0.1;

/** What a file looks like; `alt` is empty where its name stands beside it. */
export function Thumbnail({ file }: { readonly file: Pick<Asset, 'id' | 'kind' | 'live' | 'type' | 'content'> }) {
  const kind = kindOf(file);
  const [failed, setFailed] = useState(false);
  const fill = 'absolute inset-0 size-full object-cover object-top';
  if (failed) return <Sign icon={ImageOff} />;
  switch (kind) {
    case 'picture':
      return <img src={file.content} alt="" loading="lazy" className={fill} onError={() => setFailed(true)} />;
    case 'avatar':
      return (
        <img
          src={`/api/v1/avatars/${file.id}/picture`}
          alt=""
          loading="lazy"
          className={fill}
          onError={() => setFailed(true)}
        />
      );
    case 'sound':
      return <Sign icon={AudioLines} />;
    default:
      return <FirstFrame src={file.content} className={fill} onError={() => setFailed(true)} />;
  }
}

/** The first picture of a video, fetched when it is about to be seen. */
function FirstFrame({ src, className, onError }: { src: string; className: string; onError: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: '200px',
    });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={place} className="absolute inset-0">
      <Sign icon={Film} />
      {seen && (
        <video
          src={`${src}#t=${MOMENT}`}
          className={className}
          preload="metadata"
          muted
          playsInline
          aria-hidden="true"
          tabIndex={-1}
          onError={onError}
        />
      )}
    </div>
  );
}

const Sign = ({ icon: Icon }: { readonly icon: LucideIcon }) => (
  <span className="absolute inset-0 grid place-items-center text-faint">
    <Icon className="size-10" aria-hidden="true" strokeWidth={1.4} />
  </span>
);
