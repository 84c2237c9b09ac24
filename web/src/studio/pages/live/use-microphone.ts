import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';
import type { LiveProblem } from './live-state.ts';

/** A microphone, by the browser's name for it. */
export interface MicrophoneChoice {
  readonly id: string;
  readonly name: string;
}

/** The microphone as the page has it in hand. */
export interface Microphone {
  /** Whether this browser lets this page have one at all. */
  readonly isPossible: boolean;
  readonly isOn: boolean;
  /** Whether the browser is being asked for it. */
  readonly isOpening: boolean;
  readonly devices: readonly MicrophoneChoice[];
  /** For what shows the level: its style gets `--level`, 0..1. */
  readonly meter: RefObject<HTMLDivElement | null>;
  open(device: string): Promise<void>;
  close(): void;
  /** Whether what it hears is passed on. */
  pass(passes: boolean): void;
}

/** The level is shown from here up to full scale, dB. */
const QUIETEST_DB = -60;

/** Has the player say what a microphone hears. `isLive`: whether there is a session to say it in; when that ends the microphone is let go. */
export function useMicrophone(
  player: OratorPlayer | null,
  isLive: boolean,
  failed: (problem: LiveProblem) => void,
): Microphone {
  const [stream, setStream] = useState<MediaStream>();
  const [isOpening, setOpening] = useState(false);
  const [devices, setDevices] = useState<readonly MicrophoneChoice[]>([]);
  const held = useRef<MediaStream>(undefined);
  const passes = useRef(true);
  const meter = useRef<HTMLDivElement>(null);
  const media = navigator.mediaDevices as MediaDevices | undefined; // not there where pages are not secure

  const close = useCallback(() => {
    for (const track of held.current?.getTracks() ?? []) track.stop();
    held.current = undefined;
    setStream(undefined);
    void player?.listen(null);
  }, [player]);

  const open = async (device: string) => {
    if (!player || !media) return;
    close();
    setOpening(true);
    try {
      const audio = {
        echoCancellation: true,
        noiseSuppression: true,
        ...(device ? { deviceId: { exact: device } } : {}),
      };
      const opened = await media.getUserMedia({ audio });
      held.current = opened;
      for (const track of opened.getAudioTracks()) track.enabled = passes.current;
      await player.listen(opened);
      setStream(opened);
      setDevices(await microphones(media));
    } catch (thrown) {
      close();
      const { name, message } = thrown as Error;
      failed({ code: name === 'NotAllowedError' ? 'microphone/refused' : 'microphone/failed', message });
    } finally {
      setOpening(false);
    }
  };

  const pass = useCallback((now: boolean) => {
    passes.current = now;
    for (const track of held.current?.getAudioTracks() ?? []) track.enabled = now;
  }, []);

  useEffect(() => {
    if (!isLive) close();
    return close;
  }, [isLive, close]);
  useEffect(() => (stream ? showLevel(stream, meter) : undefined), [stream]);
  return {
    ...{ isOpening, devices, meter, open, close, pass },
    isPossible: media !== undefined,
    isOn: stream !== undefined,
  };
}

async function microphones(media: MediaDevices): Promise<readonly MicrophoneChoice[]> {
  const all = await media.enumerateDevices();
  return all
    .filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, name: label || deviceId }));
}

/** Writes how loud a stream is into the style of an element, for each picture of the screen; gives what ends that. */
function showLevel(stream: MediaStream, meter: Microphone['meter']): () => void {
  const context = new AudioContext();
  const ear = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  let timer = 0;
  const look = () => {
    ear.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const level = 1 - (10 * Math.log10(power + 1e-9)) / QUIETEST_DB;
    meter.current?.style.setProperty('--level', Math.max(0, Math.min(1, level)).toFixed(3));
    timer = requestAnimationFrame(look);
  };
  look();
  return () => {
    cancelAnimationFrame(timer);
    void context.close();
  };
}
