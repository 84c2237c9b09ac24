import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import type { PhotoFaces } from './photo-faces.ts';

/** Outlines the faces of a photo; where there are several, one is chosen by a click. */
export function FaceOutlines({ faces: { seen, chosen, choose } }: { readonly faces: PhotoFaces }) {
  const say = useText(MAKE);
  if (!seen) return null;
  const several = seen.faces.length > 1;
  return (
    <fieldset aria-label={say('faces', { count: seen.faces.length })} className="absolute inset-0">
      {seen.faces.map(({ x, y, width, height }, face) => {
        const style = { left: `${100 * x}%`, top: `${100 * y}%`, width: `${100 * width}%`, height: `${100 * height}%` };
        const look = `absolute rounded-[22%] border-2 transition-colors ${face === chosen ? 'border-white' : 'border-white/60 border-dashed hover:border-white'}`;
        return several ? (
          <button
            key={`${x} ${y}`}
            type="button"
            aria-pressed={face === chosen}
            aria-label={say('face', { count: face + 1 })}
            style={style}
            className={look}
            onClick={() => choose(face)}
          >
            <span className="absolute inset-x-0 -bottom-3 mx-auto grid size-6 place-items-center rounded-full bg-white font-semibold text-black text-xs">
              {face + 1}
            </span>
          </button>
        ) : (
          <div key={`${x} ${y}`} style={style} className={look} />
        );
      })}
    </fieldset>
  );
}
