import type { PreviewRequest } from '@orator/client/schemas';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { PreparedFace } from '../../face/face-finder.ts';
import { orator } from '../../service/orator.ts';
import type { PreviewShow } from './preview-show.ts';

/** The preview of a clip, and how to play it. */
export interface PreviewControl {
  /** Where it is drawn; undefined before there is a face. */
  readonly canvas: HTMLCanvasElement | undefined;
  /** Whether the canvas is to be seen rather than the photo. */
  readonly isShown: boolean;
  readonly isLoading: boolean;
  readonly isPlaying: boolean;
  /** Whether there is something to say. */
  readonly canPlay: boolean;
  readonly error: Error | null;
  readonly play: () => void;
  readonly stop: () => void;
}

/** What is to be said, or how to get at it; null while there is nothing. */
export type PreviewOrder = (() => Promise<PreviewRequest>) | null;

/** Shows a prepared face, and plays the first seconds of what `order` says. The face is drawn here; only words go to the service. */
export function usePreview(face: PreparedFace | null, order: PreviewOrder): PreviewControl {
  const [show, setShow] = useState<PreviewShow>();
  const [state, setState] = useState<'rest' | 'loading' | 'playing'>('rest');
  const [shown, setShown] = useState<PreparedFace>();
  const [error, setError] = useState<Error | null>(null);
  const stopping = useRef<AbortController>(undefined);

  useEffect(() => {
    if (!face) return;
    let left = false;
    let made: PreviewShow | undefined;
    // The renderer comes when there is something to draw.
    void import('./preview-show.ts').then(({ PreviewShow }) => {
      if (left) return;
      made = new PreviewShow((message) => setError(new Error(message)));
      made.show(face.packet);
      setShow(made);
      setShown(undefined);
    });
    return () => {
      left = true;
      stopping.current?.abort();
      made?.[Symbol.dispose]();
      setShow(undefined);
    };
  }, [face]);

  const stop = useCallback(() => {
    stopping.current?.abort();
    show?.stop();
    setState('rest');
  }, [show]);

  const play = useCallback(async () => {
    if (!show || !order || !face) return;
    stopping.current?.abort();
    const leaving = new AbortController();
    stopping.current = leaving;
    setError(null);
    setState('loading');
    try {
      const preview = await orator.createPreview(await order(), { signal: leaving.signal });
      if (leaving.signal.aborted) return;
      setShown(face);
      setState('playing');
      await show.play(preview);
    } catch (thrown) {
      if (!leaving.signal.aborted) setError(thrown as Error);
    }
    if (!leaving.signal.aborted) setState('rest');
  }, [show, order, face]);

  return {
    canvas: show?.canvas,
    isShown: face !== null && shown === face,
    isLoading: state === 'loading',
    isPlaying: state === 'playing',
    canPlay: Boolean(show && order),
    error,
    play: () => void play(),
    stop,
  };
}
