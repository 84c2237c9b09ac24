import { OratorError } from '@orator/core/base/errors';
import { Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';

/** Records the microphone until it is stopped. The microphone is off as soon as this is gone. */
export function Recorder({
  onSound,
  onCancel,
}: {
  readonly onSound: (sound: File) => void;
  readonly onCancel: () => void;
}) {
  const say = useText(MAKE);
  const { clock } = useFormats();
  const recorder = useRef<MediaRecorder>(undefined);
  const meter = useRef<HTMLDivElement>(null);
  const [seconds, setSeconds] = useState(0);
  const [error, setError] = useState<OratorError>();
  useEffect(() => {
    const leaving = new AbortController();
    record(leaving.signal, { recorder, meter: () => meter.current, tick: setSeconds }).catch((cause: unknown) => {
      if (!leaving.signal.aborted) setError(new OratorError('source/unreachable', say('record.refused'), { cause }));
    });
    return () => leaving.abort();
  }, [say]);
  const stop = () => {
    const running = recorder.current;
    if (!running) return;
    const parts: Blob[] = [];
    running.addEventListener('dataavailable', ({ data }) => parts.push(data));
    running.addEventListener('stop', () => onSound(new File(parts, say('record.name'), { type: running.mimeType })));
    running.stop();
  };
  if (error) {
    return (
      <ErrorState error={error}>
        <Button size="small" onClick={onCancel}>
          {say('record.back')}
        </Button>
      </ErrorState>
    );
  }
  return (
    <div className="flex flex-col items-center gap-4 rounded-2xl bg-sunken p-6">
      <p role="timer" className="font-semibold text-3xl tabular-nums">
        {clock(seconds)}
      </p>
      <div className="h-2 w-full max-w-64 overflow-hidden rounded-full bg-line" aria-hidden="true">
        <div ref={meter} className="h-full w-full origin-left scale-x-0 rounded-full bg-accent" />
      </div>
      <div className="flex gap-2">
        <Button onClick={onCancel}>{say('record.cancel')}</Button>
        <Button kind="primary" onClick={stop}>
          <Square className="size-4 fill-current" aria-hidden="true" />
          {say('record.stop')}
        </Button>
      </div>
    </div>
  );
}

interface Desk {
  readonly recorder: { current: MediaRecorder | undefined };
  readonly meter: () => HTMLDivElement | null;
  readonly tick: (seconds: number) => void;
}

/** Records, with a meter, until the signal fires. */
async function record(signal: AbortSignal, { recorder, meter, tick }: Desk): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const off = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (signal.aborted) return off();
  const context = new AudioContext();
  const ear = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(ear);
  const running = new MediaRecorder(stream);
  recorder.current = running;
  running.start();
  const started = performance.now();
  const samples = new Float32Array(ear.fftSize);
  const look = () => {
    if (signal.aborted) return;
    ear.getFloatTimeDomainData(samples);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    const bar = meter();
    if (bar) bar.style.transform = `scaleX(${Math.min(1, Math.sqrt(peak))})`;
    tick(Math.floor((performance.now() - started) / 1000));
    requestAnimationFrame(look);
  };
  look();
  signal.addEventListener('abort', () => {
    if (running.state !== 'inactive') running.stop();
    off();
    void context.close();
  });
}
