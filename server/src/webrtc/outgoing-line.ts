import { randomInt } from 'node:crypto';
import {
  type RTCRtpSender,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  RtpHeader,
  RtpPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';

/** Seconds from the beginning of NTP's time to that of JavaScript's. */
const NTP_OFFSET = 2_208_988_800n;
const CNAME = 1;

/** A moment as RTCP says it; `ms` since 1970. */
export const ntpOf = (ms: number): bigint => {
  const micros = BigInt(Math.round(ms * 1000));
  const whole = micros / 1_000_000n;
  return ((whole + NTP_OFFSET) << 32n) | (((micros % 1_000_000n) << 32n) / 1_000_000n);
};

/** What goes to one peer of one kind: numbered packets, and now and then what their times mean. */
export class OutgoingLine {
  readonly #sender: RTCRtpSender;
  readonly #cname: string;
  readonly #base = randomInt(2 ** 32);
  #number = randomInt(2 ** 16);
  #packets = 0;
  #bytes = 0;

  /** Lines of one peer share their `cname`: what has the same one is played in sync. */
  constructor(sender: RTCRtpSender, cname: string) {
    this.#sender = sender;
    this.#cname = cname;
    sender.rtcpRunning = true; // the library's own reports tell when a packet left, not when it is due: `report` does
  }

  /** Sends payloads of the same time, in ticks of the line's clock; the last one is marked when `marked`. */
  send(payloads: readonly Buffer[], at: number, marked: boolean): void {
    for (const [k, payload] of payloads.entries()) {
      const marker = marked && k === payloads.length - 1;
      this.#number = (this.#number + 1) & 0xffff;
      this.#packets++;
      this.#bytes += payload.length;
      const header = new RtpHeader({ sequenceNumber: this.#number, timestamp: this.#timeOf(at), marker });
      this.#sender.sendRtp(new RtpPacket(header, payload)).catch(() => {}); // a connection that is gone tells so itself
    }
  }

  /** Tells that what has the time `at` is due at `ms` since 1970. */
  report(at: number, ms: number): void {
    if (this.#packets === 0) return;
    const { ssrc, dtlsTransport } = this.#sender;
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: ntpOf(ms),
      rtpTimestamp: this.#timeOf(at),
      packetCount: this.#packets >>> 0,
      octetCount: this.#bytes >>> 0,
    });
    const items = [new SourceDescriptionItem({ type: CNAME, text: this.#cname })];
    const packets = [
      new RtcpSrPacket({ ssrc, senderInfo }),
      new RtcpSourceDescriptionPacket({ chunks: [new SourceDescriptionChunk({ source: ssrc, items })] }),
    ];
    dtlsTransport.sendRtcp(packets).catch(() => {}); // as above
  }

  #timeOf(at: number): number {
    return (this.#base + at) >>> 0;
  }
}
