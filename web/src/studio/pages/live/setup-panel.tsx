import { Radio, SlidersHorizontal } from 'lucide-react';
import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { FacePicker } from './face-picker.tsx';
import type { Face } from './live-face.ts';
import type { LiveSettings } from './live-settings.ts';
import { SettingsForm } from './settings-form.tsx';

/** What is chosen before a session: the face, and how it comes. */
export function SetupPanel({
  face,
  settings,
  isPreparing,
  onFace,
  onSettings,
  onStart,
  onCancel,
}: {
  readonly face: Face | undefined;
  readonly settings: LiveSettings;
  readonly isPreparing: boolean;
  readonly onFace: (face: Face) => void;
  readonly onSettings: (settings: LiveSettings) => void;
  readonly onStart: () => void;
  readonly onCancel: () => void;
}) {
  const say = useText(LIVE);
  return (
    <>
      <div className="flex gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-[calc(3.6rem+env(safe-area-inset-bottom))] max-md:z-10 max-md:border-line max-md:border-t max-md:bg-surface/95 max-md:px-4 max-md:py-2 max-md:backdrop-blur">
        <Button kind="primary" size="large" className="grow" disabled={!face} busy={isPreparing} onClick={onStart}>
          {!isPreparing && <Radio className="size-6" aria-hidden="true" />}
          {say(isPreparing ? 'preparing' : 'start')}
        </Button>
        {isPreparing && (
          <Button size="large" onClick={onCancel}>
            {say('cancelStart')}
          </Button>
        )}
      </div>
      <Card className="p-5">
        <h2 className="mb-3 font-semibold">{say('faces')}</h2>
        <FacePicker chosen={face} onChoose={onFace} />
      </Card>
      <Card className="p-5">
        <h2 className="mb-4 flex items-center gap-2 font-semibold">
          <SlidersHorizontal className="size-4 text-faint" aria-hidden="true" />
          {say('settings')}
        </h2>
        <SettingsForm settings={settings} onChange={onSettings} />
      </Card>
    </>
  );
}
