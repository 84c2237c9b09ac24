import { setTimeout as pause } from 'node:timers/promises';
import { int16Of } from '@orator/core/media/int16';
import type { TestService } from '../../server/src/service/test-service.ts';
import { TestSocket } from '../../server/src/stream/test-socket.ts';

/** A microphone's sound is sent in such parts, at 16 kHz. */
const PART_MS = 20;
const PART = 320;

/** Somebody with a microphone in a session that others watch: a program of its own, which a busy page does not hold up. */
export class Speaker implements AsyncDisposable {
  readonly #socket: TestSocket;

  private constructor(socket: TestSocket) {
    this.#socket = socket;
  }

  static async join(service: TestService, session: string): Promise<Speaker> {
    const socket = await TestSocket.open(service.url);
    socket.say({ type: 'resume', session_id: session, config: { mode: 'motion', binary: true } });
    await socket.until(() => socket.of('status').length > 1);
    return new Speaker(socket);
  }

  /** Says one vowel, 16 kHz, in the middle of each period of `every` ms, `count` times; gives when each was sent, ms since 1970. */
  async say(vowel: Float32Array, every: number, count: number): Promise<number[]> {
    const samples = int16Of(vowel);
    const period = (every / PART_MS) * PART;
    const middle = Math.floor(period / 2 / PART) * PART;
    const sent: number[] = [];
    const start = performance.now();
    for (let k = 0; k * PART < count * period; k++) {
      const due = start + (k + 1) * PART_MS;
      while (performance.now() < due) await pause(Math.max(1, due - performance.now()));
      const from = ((k * PART) % period) - middle;
      const part = Int16Array.from({ length: PART }, (_, s) => samples[from + s] ?? 0);
      if (from === 0) sent.push(performance.timeOrigin + performance.now());
      this.#socket.say({ type: 'audio_chunk', data: Buffer.from(part.buffer).toString('base64') });
    }
    return sent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]();
  }
}
