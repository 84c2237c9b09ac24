import { Mic, MicOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import type { Microphone } from './use-microphone.ts';

/** The device that the browser would take by itself. */
const ANY = 'default';

/** Has the face say what a microphone hears: while a button is held, or all the time. */
export function MicrophoneTalk({ microphone }: { readonly microphone: Microphone }) {
  const say = useText(LIVE);
  const [device, setDevice] = useKept('live.microphone', ANY);
  const [way, setWay] = useKept<'push' | 'open'>('live.talk', 'open');
  const [isHeld, setHeld] = useState(false);
  const { isOn, isOpening, devices, pass } = microphone;
  useEffect(() => pass(way === 'open' || isHeld), [pass, way, isHeld]);
  if (!microphone.isPossible) return <p className="text-soft">{say('microphone.never')}</p>;
  const known = devices.some(({ id }) => id === ANY) ? devices : [{ id: ANY, name: say('microphone.any') }, ...devices];
  const open = (id: string) => void microphone.open(id === ANY ? '' : id);
  return (
    <div className="flex flex-col gap-4">
      <Choice
        label={say('talk')}
        value={way}
        options={[
          { value: 'open', label: say('talk.open') },
          { value: 'push', label: say('talk.push') },
        ]}
        onChange={setWay}
      />
      <div aria-hidden="true" className="h-3 overflow-hidden rounded-full bg-line" title={say('level')}>
        <div
          ref={microphone.meter}
          data-meter
          className="h-full w-full origin-left scale-x-[var(--level,0)] rounded-full bg-good rtl:origin-right"
        />
      </div>
      {isOn && way === 'push' && (
        <button
          type="button"
          aria-pressed={isHeld}
          onPointerDown={() => setHeld(true)}
          onPointerUp={() => setHeld(false)}
          onPointerLeave={() => setHeld(false)}
          onPointerCancel={() => setHeld(false)}
          onKeyDown={({ key }) => (key === ' ' || key === 'Enter') && setHeld(true)}
          onKeyUp={() => setHeld(false)}
          onBlur={() => setHeld(false)}
          onContextMenu={(event) => event.preventDefault()}
          className="flex min-h-20 touch-none select-none items-center justify-center gap-3 rounded-2xl bg-accent-soft font-semibold text-accent text-lg aria-pressed:bg-accent aria-pressed:text-accent-ink"
        >
          <Mic className="size-6" aria-hidden="true" />
          {say(isHeld ? 'talk.heard' : 'talk.hold')}
        </button>
      )}
      <Button
        kind={isOn ? 'plain' : 'primary'}
        busy={isOpening}
        onClick={() => (isOn ? microphone.close() : open(device))}
      >
        {!isOpening &&
          (isOn ? <MicOff className="size-5" aria-hidden="true" /> : <Mic className="size-5" aria-hidden="true" />)}
        {say(isOn ? 'microphone.off' : 'microphone.on')}
      </Button>
      <Field label={say('microphone.device')} hint={devices.length === 0 ? say('microphone.names') : undefined}>
        {(ids) => (
          <Select
            ids={ids}
            value={known.some(({ id }) => id === device) ? device : ANY}
            options={known.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => {
              setDevice(id);
              if (isOn) open(id);
            }}
          />
        )}
      </Field>
    </div>
  );
}
