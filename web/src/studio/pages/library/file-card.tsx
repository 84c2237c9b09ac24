import type { Asset } from '@orator/client/schemas';
import { Play } from 'lucide-react';
import { Link } from '../../app/navigation.tsx';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { kindOf, useFileTitle } from './file-words.ts';
import { Thumbnail } from './thumbnail.tsx';

/** A file of the library, as it looks; it opens what is known of it. */
export function FileCard({ file, to }: { readonly file: Asset; readonly to: string }) {
  const say = useText(LIBRARY);
  const title = useFileTitle();
  const { ago } = useFormats();
  const kind = kindOf(file);
  const plays = kind !== 'picture' && kind !== 'avatar';
  return (
    <Link
      to={to}
      className="group flex flex-col overflow-hidden rounded-3xl border border-line bg-surface shadow-card transition-colors hover:border-accent"
    >
      <span className="relative block aspect-square overflow-hidden bg-sunken">
        <Thumbnail file={file} />
        {plays && (
          <span className="absolute end-3 bottom-3 grid size-10 place-items-center rounded-full bg-black/60 text-white transition-transform group-hover:scale-110">
            <Play className="size-5 fill-current" aria-hidden="true" />
          </span>
        )}
      </span>
      <span className="flex grow flex-col gap-1 p-3.5">
        <span className="line-clamp-2 font-medium leading-snug" dir="auto">
          {title(file)}
        </span>
        <span className="mt-auto text-faint text-sm">
          {say(`kind.${kind}`)} · <span className="whitespace-nowrap">{ago(file.createdAt)}</span>
        </span>
      </span>
    </Link>
  );
}
