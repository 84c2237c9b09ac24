import type { PlayerState, ShowFigures } from '../../../player/show.ts';

/** Where a session is, by the names that the service has for it. */
export type SessionState = 'idle' | 'initializing' | 'ready' | 'streaming' | 'completed' | 'error';
/** How the connection to it fares. */
export type Connection = 'none' | 'connecting' | 'connected' | 'reconnecting' | 'lost';

/** What the service said when it began a session. */
export interface OpenedFacts {
  readonly session_id: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly warnings: readonly string[];
}

/** Something that went wrong, and when another try may help. */
export interface LiveProblem {
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** All that the page knows of the session that it shows. */
export interface LiveState {
  readonly session: SessionState;
  readonly connection: Connection;
  readonly opened: OpenedFacts | undefined;
  readonly figures: ShowFigures | undefined;
  readonly problem: LiveProblem | undefined;
  /** How often something went wrong since the session was asked for. */
  readonly errors: number;
  readonly isSpeaking: boolean;
  /** When the connection was lost, ms since 1970; undefined while there is one. */
  readonly lostAt: number | undefined;
}

/** What happens to it. */
export type LiveEvent =
  | { readonly type: 'asked' | 'stopped' | 'forgiven' }
  | { readonly type: 'opened'; readonly facts: OpenedFacts }
  /** The session was not begun; something failed in it; something failed beside it. */
  | { readonly type: 'refused' | 'failed' | 'noticed'; readonly problem: LiveProblem }
  | { readonly type: 'player'; readonly state: PlayerState; readonly at: number }
  | { readonly type: 'speaking'; readonly isSpeaking: boolean }
  | { readonly type: 'figures'; readonly figures: ShowFigures };

/** Before there is a session. */
export const NOTHING_YET: LiveState = {
  session: 'idle',
  connection: 'none',
  opened: undefined,
  figures: undefined,
  problem: undefined,
  errors: 0,
  isSpeaking: false,
  lostAt: undefined,
};

/** Whether there is a session, or one on its way. */
export const isOpen = ({ session }: LiveState): boolean =>
  session === 'initializing' || session === 'ready' || session === 'streaming';

/** What is so after an event. */
export function after(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'asked':
      return { ...NOTHING_YET, session: 'initializing', connection: 'connecting' };
    case 'opened':
      return { ...state, opened: event.facts };
    case 'refused':
      return { ...state, session: 'error', connection: 'none', problem: event.problem, errors: state.errors + 1 };
    case 'failed':
      return isOpen(state) ? after(state, { ...event, type: 'noticed' }) : state; // a session that was ended may still say so
    case 'noticed':
      return { ...state, problem: event.problem, errors: state.errors + 1 };
    case 'forgiven':
      return { ...state, problem: undefined };
    case 'stopped':
      return isOpen(state)
        ? {
            ...state,
            session: state.opened ? 'completed' : 'idle',
            connection: 'none',
            isSpeaking: false,
            lostAt: undefined,
          }
        : state;
    case 'speaking':
      return settled({ ...state, isSpeaking: event.isSpeaking });
    case 'figures':
      return { ...state, figures: event.figures };
    case 'player':
      return isOpen(state) ? afterPlayer(state, event.state, event.at) : state;
  }
}

function afterPlayer(state: LiveState, player: PlayerState, at: number): LiveState {
  switch (player) {
    case 'live':
      return settled({ ...state, connection: 'connected', lostAt: undefined });
    case 'reconnecting':
      return { ...state, connection: 'reconnecting', lostAt: state.lostAt ?? at };
    case 'ended': {
      // Somebody else may end a session, which is nothing bad; losing it is.
      const isBad = state.lostAt !== undefined || state.problem !== undefined;
      return {
        ...state,
        session: isBad ? 'error' : 'completed',
        connection: isBad ? 'lost' : 'none',
        isSpeaking: false,
      };
    }
    default:
      return state;
  }
}

const settled = (state: LiveState): LiveState =>
  state.connection === 'connected' ? { ...state, session: state.isSpeaking ? 'streaming' : 'ready' } : state;
