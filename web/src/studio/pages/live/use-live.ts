import { type RefCallback, useCallback, useReducer, useRef, useState } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';
import { SessionError } from '../../../player/session-address.ts';
import type { PlayerState, ShowFigures } from '../../../player/show.ts';
import { whenConnected } from '../../service/connection.ts';
import type { Face } from './live-face.ts';
import { bestMode, configOf, type LiveSettings } from './live-settings.ts';
import { after, type LiveProblem, type LiveState, NOTHING_YET, type OpenedFacts } from './live-state.ts';

/** A session in the page's hands. */
export interface Live {
  readonly state: LiveState;
  /** The element, once it is there. */
  readonly player: OratorPlayer | null;
  /** Takes the element. */
  readonly attach: RefCallback<OratorPlayer>;
  /** Begins a session; the one before it ends. What goes wrong is in the state. */
  start(face: Face, settings: LiveSettings): Promise<void>;
  stop(): void;
  /** Forgets what went wrong. */
  forgive(): void;
  /** Tells of something that went wrong beside the player. */
  fail(problem: LiveProblem): void;
}

/** Begins, follows and ends a session in an `<orator-player>`. */
export function useLive(): Live {
  const [state, dispatch] = useReducer(after, NOTHING_YET);
  const [player, setPlayer] = useState<OratorPlayer | null>(null);
  /** Counts what was asked for: an answer that comes after it was called off begins nothing. */
  const turn = useRef(0);

  const attach = useCallback<RefCallback<OratorPlayer>>((element) => {
    if (!element) return;
    const leaving = new AbortController();
    const on = <Detail>(type: string, told: (detail: Detail) => void) =>
      element.addEventListener(type, (event) => told((event as CustomEvent<Detail>).detail), leaving);
    on<OpenedFacts>('opened', (facts) => dispatch({ type: 'opened', facts }));
    on<{ state: PlayerState }>('statechange', ({ state: now }) =>
      dispatch({ type: 'player', state: now, at: Date.now() }),
    );
    on<{ is_speaking: boolean }>('speaking', ({ is_speaking }) =>
      dispatch({ type: 'speaking', isSpeaking: is_speaking }),
    );
    on<ShowFigures>('stats', (figures) => dispatch({ type: 'figures', figures }));
    on<LiveProblem>('error', (problem) => dispatch({ type: 'failed', problem }));
    setPlayer(element);
    return () => {
      leaving.abort();
      turn.current++;
      setPlayer(null);
    };
  }, []);

  const start = async (face: Face, settings: LiveSettings) => {
    if (!player) return;
    const mine = ++turn.current;
    player.close();
    dispatch({ type: 'asked' });
    try {
      await whenConnected();
      if (mine !== turn.current) return;
      player.mode = settings.mode ?? bestMode().mode;
      await player.open(sourceOf(face), configOf(settings));
      if (mine !== turn.current) player.close();
    } catch (thrown) {
      if (mine !== turn.current) return;
      const { code, message, retryAfterSeconds } =
        thrown instanceof SessionError ? thrown : new SessionError('page', String(thrown));
      dispatch({ type: 'refused', problem: { code, message, retryAfterSeconds } });
    }
  };
  const stop = () => {
    turn.current++;
    dispatch({ type: 'stopped' });
    player?.close();
  };
  return {
    ...{ state, player, attach, start, stop },
    forgive: () => dispatch({ type: 'forgiven' }),
    fail: (problem) => dispatch({ type: 'noticed', problem }),
  };
}

const sourceOf = (face: Face) => {
  if (face.kind === 'photo') return face.file;
  return face.kind === 'avatar' ? { avatar_id: face.id } : { asset_id: face.id };
};
