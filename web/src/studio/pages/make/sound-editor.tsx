import { Scissors, Trash2 } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { MediaPlayer } from '../../ui/media-player.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Slider } from '../../ui/slider.tsx';
import { cutSound, levelsOf, readSound } from './sound-file.ts';

const BARS = 120;
/** The least that can be said, s. */
const SHORTEST = 0.3;

/** Shows a recording as a waveform, plays it, and cuts it. */
export function SoundEditor({
  sound,
  onSound,
}: {
  readonly sound: File;
  readonly onSound: (sound: File | null) => void;
}) {
  const say = useText(MAKE);
  const { clock, bytes } = useFormats();
  const [heard, setHeard] = useState<AudioBuffer>();
  const [error, setError] = useState<Error>();
  const [range, setRange] = useState<readonly [number, number]>();
  const url = useMemo(() => URL.createObjectURL(sound), [sound]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  useEffect(() => {
    readSound(sound).then(setHeard, setError);
  }, [sound]);
  const levels = useMemo(() => (heard ? levelsOf(heard, BARS) : []), [heard]);
  const length = heard?.duration ?? 0;
  const [from, to] = range ?? [0, length];
  const isCut = from > 0 || to < length;
  return (
    <div className="flex flex-col gap-3 rounded-2xl border border-line bg-raised p-3">
      <div className="flex items-center justify-between gap-2">
        <p className="min-w-0 truncate font-medium" dir="auto">
          {sound.name}
        </p>
        <div className="flex items-center gap-2">
          <span className="text-faint text-sm tabular-nums">
            {clock(length)} · {bytes(sound.size)}
          </span>
          <Button kind="quiet" size="icon" aria-label={say('sound.remove')} onClick={() => onSound(null)}>
            <Trash2 className="size-5" aria-hidden="true" />
          </Button>
        </div>
      </div>
      {error && <ErrorState error={error} />}
      {!heard && !error && <Skeleton className="h-20" />}
      {heard && (
        <>
          <Waveform levels={levels} from={from / length} to={to / length} />
          <div dir="ltr">
            <Slider
              label={[say('sound.from'), say('sound.to')]}
              value={[from, to]}
              min={0}
              max={length}
              step={0.05}
              valueText={clock}
              onChange={([first, last]) => last! - first! >= SHORTEST && setRange([first!, last!])}
            />
          </div>
        </>
      )}
      <MediaPlayer type="audio" src={url} label={say('sound.play')} />
      {heard && isCut && (
        <Button size="small" onClick={() => onSound(cutSound(heard, from, to, sound.name))}>
          <Scissors className="size-4" aria-hidden="true" />
          {say('sound.cut', { length: clock(to - from) })}
        </Button>
      )}
    </div>
  );
}

function Waveform({
  levels,
  from,
  to,
}: {
  readonly levels: readonly number[];
  readonly from: number;
  readonly to: number;
}) {
  const loudest = Math.max(...levels, 0.01);
  return (
    <svg viewBox={`0 0 ${levels.length} 40`} preserveAspectRatio="none" className="h-20 w-full" aria-hidden="true">
      {levels.map((level, k) => {
        const height = Math.max(1, (38 * level) / loudest);
        const inside = k / levels.length >= from && k / levels.length < to;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={k}
            x={k + 0.2}
            y={20 - height / 2}
            width={0.6}
            height={height}
            rx={0.3}
            className={inside ? 'fill-accent' : 'fill-line-strong'}
          />
        );
      })}
    </svg>
  );
}
