import type { Asset } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { Download, Link2, Trash2, WandSparkles } from 'lucide-react';
import { useState } from 'react';
import { Link } from '../../app/navigation.tsx';
import { sayFarewell } from '../../service/farewells.ts';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FarewellDialog } from '../../ui/farewell-bar.tsx';
import { MediaPlayer } from '../../ui/media-player.tsx';
import { ShareDialog } from '../../ui/share-dialog.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { kindOf, useFileTitle } from './file-words.ts';
import { ReceiptView } from './receipt-view.tsx';

/** A file: to be seen, heard, read about, taken away, shared, deleted. */
export function FileDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const say = useText(LIBRARY);
  const title = useFileTitle();
  const { date } = useFormats();
  const { data, error, refetch } = useQuery({
    queryKey: ['getAsset', id],
    queryFn: ({ signal }) => orator.getAsset(id, { signal }),
  });
  return (
    <Dialog
      title={data ? title(data) : say('file')}
      hint={data && `${say(`kind.${kindOf(data)}`)} · ${date(data.createdAt)}`}
      open
      onClose={onClose}
      wide
    >
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-96" />}
      {data && <FileDetail file={data} onGone={onClose} />}
    </Dialog>
  );
}

function FileDetail({ file, onGone }: { readonly file: Asset; readonly onGone: () => void }) {
  const say = useText(LIBRARY);
  const shared = useText(SHARED);
  const title = useFileTitle();
  const { date, bytes } = useFormats();
  const [asking, setAsking] = useState<'share' | 'delete'>();
  const { data: job } = useQuery({
    queryKey: ['getJob', file.job],
    queryFn: ({ signal }) => orator.getJob(file.job!, { signal }),
    enabled: file.job !== null,
    staleTime: Number.POSITIVE_INFINITY, // it is over
  });
  const made = job?.state === 'completed' ? job : undefined;
  const kind = kindOf(file);
  const remove = () => {
    sayFarewell(
      { id: file.id, name: title(file) },
      { remove: () => orator.deleteAsset(file.id), stale: ['listAssets', 'listAvatars'] },
    );
    onGone();
  };
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
      <div className="flex flex-col lg:sticky lg:top-0">
        <FileContent file={file} label={title(file)} />
      </div>
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap gap-2">
          <a className={buttonClass('primary')} href={`${file.content}?download=1`} download>
            <Download className="size-5" aria-hidden="true" />
            {shared('download')}
          </a>
          <Button onClick={() => setAsking('share')}>
            <Link2 className="size-5" aria-hidden="true" />
            {shared('share')}
          </Button>
          {made?.receipt && (
            <Link to={`/make?from=${made.id}`} className={buttonClass()}>
              <WandSparkles className="size-5" aria-hidden="true" />
              {say('again')}
            </Link>
          )}
          {kind === 'avatar' && (
            <Link to={`/avatars?avatar=${file.id}`} className={buttonClass()}>
              {say('avatar.open')}
            </Link>
          )}
          <Button kind="danger" onClick={() => setAsking('delete')}>
            <Trash2 className="size-5" aria-hidden="true" />
            {shared('delete')}
          </Button>
        </div>
        <Facts
          facts={[
            bytes(file.bytes),
            file.type,
            file.expiresAt ? say('expires', { date: date(file.expiresAt) }) : undefined,
          ]}
        />
        {made?.receipt && <ReceiptView receipt={made.receipt} attempt={made.attempt} />}
      </div>
      {asking === 'share' && <ShareDialog asset={file.id} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && (
        <FarewellDialog
          name={title(file)}
          hint={say(kind === 'avatar' ? 'delete.avatar' : 'delete.file')}
          onClose={() => setAsking(undefined)}
          onDelete={remove}
        />
      )}
    </div>
  );
}

function FileContent({ file, label }: { readonly file: Asset; readonly label: string }) {
  switch (kindOf(file)) {
    case 'picture':
      return <img src={file.content} alt={label} className="max-h-[60dvh] self-center rounded-2xl" />;
    case 'avatar':
      return (
        <img src={`/api/v1/avatars/${file.id}/picture`} alt={label} className="max-h-[50dvh] self-center rounded-2xl" />
      );
    case 'sound':
      return <MediaPlayer type="audio" src={file.content} label={label} />;
    default:
      return <MediaPlayer type="video" src={file.content} label={label} />;
  }
}
