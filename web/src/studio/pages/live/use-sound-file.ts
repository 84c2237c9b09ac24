import { useCallback, useEffect, useRef, useState } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';
import type { LiveProblem } from './live-state.ts';

/** A file that the face says. */
export interface SoundFile {
  readonly name: string;
  /** Seconds. */
  readonly length: number;
  /** Seconds that were said. */
  readonly at: number;
}

interface Playing {
  readonly context: AudioContext;
  readonly timer: number;
}

const LOOK_MS = 250;

/** Has the player say a file, as fast as it is heard; a second one takes the place of the first. */
export function useSoundFile(player: OratorPlayer | null, isLive: boolean, failed: (problem: LiveProblem) => void) {
  const [file, setFile] = useState<SoundFile>();
  const playing = useRef<Playing>(undefined);
  const stop = useCallback(() => {
    const now = playing.current;
    if (!now) return;
    playing.current = undefined;
    clearInterval(now.timer);
    void now.context.close();
    void player?.listen(null);
    setFile(undefined);
  }, [player]);

  const play = async (source: File) => {
    if (!player) return;
    stop();
    const context = new AudioContext();
    try {
      const sound = await context.decodeAudioData(await source.arrayBuffer()).catch(() => null);
      if (!sound)
        throw new UnreadableSound(`"${source.name}" is no sound that this browser can read. Try a WAV or MP3.`);
      const node = new AudioBufferSourceNode(context, { buffer: sound });
      const way = context.createMediaStreamDestination();
      node.connect(way);
      await player.listen(way.stream);
      const begin = context.currentTime;
      node.addEventListener('ended', stop);
      node.start();
      const show = () => setFile({ name: source.name, length: sound.duration, at: context.currentTime - begin });
      playing.current = { context, timer: window.setInterval(show, LOOK_MS) };
      show();
    } catch (thrown) {
      void context.close();
      const code = thrown instanceof UnreadableSound ? 'audio/unreadable' : 'page';
      failed({ code, message: (thrown as Error).message });
    }
  };

  useEffect(() => {
    if (!isLive) stop();
    return stop;
  }, [isLive, stop]);
  return { file, play, stop } as const;
}

class UnreadableSound extends Error {}
