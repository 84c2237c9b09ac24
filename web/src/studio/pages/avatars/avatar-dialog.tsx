import type { Avatar } from '@orator/client/schemas';
import { Download, Radio, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from '../../app/navigation.tsx';
import { sayFarewell } from '../../service/farewells.ts';
import { orator } from '../../service/orator.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FarewellDialog } from '../../ui/farewell-bar.tsx';
import { TestLine } from './test-line.tsx';

/** An avatar: seen, heard, taken away, deleted. */
export function AvatarDialog({ avatar, onClose }: { readonly avatar: Avatar; readonly onClose: () => void }) {
  const say = useText(AVATARS);
  const shared = useText(SHARED);
  const { date, bytes, number } = useFormats();
  const [deleting, setDeleting] = useState(false);
  const { id, name, model } = avatar;
  const facts = [
    say('frames', { count: avatar.frames }),
    `${number(avatar.width)} × ${number(avatar.height)}`,
    avatar.faceSize === null ? undefined : say('faces', { size: avatar.faceSize }),
    bytes(avatar.bytes),
    say(avatar.job ? 'made' : 'imported', { date: date(avatar.createdAt) }),
  ];
  const remove = () => {
    sayFarewell({ id, name }, { remove: () => orator.deleteAvatar(id), stale: ['listAvatars', 'listAssets'] });
    onClose();
  };
  return (
    <Dialog title={name} hint={say(`model.hint.${model}`)} open onClose={onClose} wide>
      <div className="grid items-start gap-6 sm:grid-cols-[14rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-3">
          <img src={avatar.picture} alt={name} className="w-full rounded-2xl bg-sunken object-cover max-sm:max-h-64" />
          <Facts facts={facts} />
        </div>
        <div className="flex flex-col gap-6">
          <TestLine avatar={avatar} />
          <div className="flex flex-wrap gap-2 border-line border-t pt-5">
            {model === 'portrait' && (
              <Link to={`/live?avatar=${id}`} className={buttonClass()}>
                <Radio className="size-5" aria-hidden="true" />
                {say('live')}
              </Link>
            )}
            <a className={buttonClass()} href={avatar.export} download={`${name}.tar`}>
              <Download className="size-5" aria-hidden="true" />
              {say('export')}
            </a>
            {model !== 'portrait' && (
              <a className={buttonClass()} href={`${avatar.export}?for=livetalking`} download={`${name}.tar`}>
                <Download className="size-5" aria-hidden="true" />
                {say('export.livetalking')}
              </a>
            )}
            <Button kind="danger" onClick={() => setDeleting(true)}>
              <Trash2 className="size-5" aria-hidden="true" />
              {shared('delete')}
            </Button>
          </div>
        </div>
      </div>
      {deleting && (
        <FarewellDialog name={name} hint={say('delete.hint')} onClose={() => setDeleting(false)} onDelete={remove} />
      )}
    </Dialog>
  );
}
