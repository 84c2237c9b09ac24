import { useEffect, useRef, useState } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';

/** A sentence that is being said: what of it was heard, and what is still to come. */
export interface Caption {
  readonly heard: string;
  readonly ahead: string;
}

interface WordTold {
  readonly utterance: string;
  /** Letters of the text, from 0; `to` is behind the word. */
  readonly to: number;
}

const ENDS = /[.!?।۔؟。！？]/;
const UNENDED = /[^.!?।۔؟。！？]*$/;

/** The caption of what the player says, word by word as it is heard; `expect` tells the text of an utterance. */
export function useCaptions(player: OratorPlayer | null) {
  const texts = useRef(new Map<string, string>());
  const [caption, setCaption] = useState<Caption>();
  useEffect(() => {
    if (!player) return;
    const leaving = new AbortController();
    const on = <Detail>(type: string, told: (detail: Detail) => void) =>
      player.addEventListener(type, (event) => told((event as CustomEvent<Detail>).detail), leaving);
    on<WordTold>('word', ({ utterance, to }) => {
      const text = texts.current.get(utterance);
      if (text) setCaption(captionAt(text, to));
    });
    on<{ is_speaking: boolean; utterance: string }>('speaking', ({ is_speaking, utterance }) => {
      if (is_speaking) return;
      texts.current.delete(utterance);
      setCaption(undefined);
    });
    on<{ state: string }>('statechange', ({ state }) => {
      if (state !== 'live') setCaption(undefined);
    });
    return () => leaving.abort();
  }, [player]);
  const expect = (utterance: string, text: string) => void texts.current.set(utterance, text);
  return { caption, expect } as const;
}

/** The sentence around a place in a text, cut there. */
export function captionAt(text: string, to: number): Caption {
  const heard = text.slice(0, to);
  const start = heard.search(UNENDED);
  const rest = text.slice(to);
  const end = rest.search(ENDS);
  return { heard: heard.slice(start).trimStart(), ahead: end < 0 ? rest : rest.slice(0, end + 1) };
}
