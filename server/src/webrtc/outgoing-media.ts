import { randomUUID } from 'node:crypto';
import { MediaStream, type RTCPeerConnection } from 'werift';
import type { BroadcastPicture, Due } from './broadcast.ts';
import { OutgoingLine } from './outgoing-line.ts';

/** How often a peer is told what the times of its packets mean; more often at first, so that it is in sync soon. */
const REPORT_MS = 1000;
const FIRST_REPORTS = 5;
const FIRST_REPORT_MS = 200;

/** Pictures and sound on their way to one WebRTC peer, from the first key picture on. */
export class OutgoingMedia {
  readonly #pictures: OutgoingLine | undefined;
  readonly #sound: OutgoingLine | undefined;
  #hasKey = false;
  #reported = Number.NEGATIVE_INFINITY;
  #reports = 0;

  /** `onLoss`: the peer cannot go on without a key picture. */
  constructor(
    connection: RTCPeerConnection,
    wanted: { readonly pictures: boolean; readonly sound: boolean },
    onLoss: () => void,
  ) {
    const stream = new MediaStream({ id: randomUUID() });
    const line = (kind: 'audio' | 'video') => {
      const { sender } = connection.addTransceiver(kind, { direction: 'sendonly', streams: [stream] });
      if (kind === 'video') sender.onPictureLossIndication.subscribe(onLoss);
      return new OutgoingLine(sender, connection.cname);
    };
    this.#pictures = wanted.pictures ? line('video') : undefined;
    this.#sound = wanted.sound ? line('audio') : undefined;
  }

  picture({ isKey, payloads }: BroadcastPicture, at: number): void {
    this.#hasKey ||= isKey;
    if (this.#hasKey) this.#pictures?.send(payloads(), at, true);
  }

  sound(packet: Buffer, at: number): void {
    this.#sound?.send([packet], at, false);
  }

  clock({ pictures, sound, ms }: Due): void {
    if (ms - this.#reported < (this.#reports < FIRST_REPORTS ? FIRST_REPORT_MS : REPORT_MS)) return;
    this.#reported = ms;
    this.#reports++;
    this.#pictures?.report(pictures, ms);
    this.#sound?.report(sound, ms);
  }
}
