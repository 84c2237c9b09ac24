import type { Told } from './live-socket.ts';
import type { Snapshot } from './paint-order.ts';

/** Where a player is: without a session, on its way to one, with it, after it. */
export type PlayerState = 'empty' | 'connecting' | 'live' | 'reconnecting' | 'ended';

/** How a session comes: as motion that is drawn here, as pictures over a WebSocket, over WebRTC. */
export const MODES = ['motion', 'ws', 'webrtc'] as const;
/** One of them. */
export type Mode = (typeof MODES)[number];

/** Figures of the last second. */
export interface ShowFigures {
  /** Pictures that were drawn. */
  readonly fps: number;
  /** Frames that came and were never drawn, since the beginning. */
  readonly dropped: number;
  /** What came, bytes: motion or pictures, and sound. */
  readonly pictureBytes: number;
  readonly soundBytes: number;
  /** Mean time of drawing a picture here, ms; 0 where the browser does it. */
  readonly paintMs: number;
  /** How much later than its sound a picture is drawn, ms, mean; 0 where the browser keeps them together. */
  readonly offsetMs: number;
  /** What is in hand against a connection that falters, ms. */
  readonly bufferMs: number;
  /** From sound that the server took in to its frame, ms, as the server measures it; 0 when nothing was said yet. */
  readonly latencyMs: number;
}

/** What a show tells the player that it plays in. */
export interface ShowEvents {
  readonly state: (state: PlayerState, why?: string) => void;
  /** News of the session at the time at which they are heard or seen. */
  readonly news: (message: Told) => void;
  readonly figures: (figures: ShowFigures) => void;
  readonly failed: (code: string, message: string) => void;
}

/** A session that is played, in one of the modes. */
export interface Show extends Disposable {
  /** What is looked at. */
  readonly view: HTMLElement;
  /** Where its sound comes out, for whoever wants to see or record it; where the browser plays it, there is none. */
  readonly sound: AudioNode | null;
  muted: boolean;
  /** Whether less is to move. */
  calm: boolean;
  /** Sends a message to the session; false while there is no connection. */
  say(message: Told): boolean;
  /** Falls silent here and there. */
  interrupt(): void;
  /** Has the session say what a microphone hears, until it is disposed. */
  listen(microphone: MediaStream): Promise<Disposable>;
  /** Somebody touched the page: sound may begin. */
  wake(): void;
  /** What is shown now, with its pixels or without. */
  snapshot(pixels: boolean): Promise<Snapshot | null>;
}
