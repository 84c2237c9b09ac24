import type { Preview } from '@orator/client/schemas';
import { parseWav } from '@orator/core/media/wav';
import { PictureStage } from '../../../player/picture-stage.ts';

/** Motion is handed to the stage so far ahead, s: it holds no more than a few seconds. */
const AHEAD = 1.5;
const PUMP_MS = 300;
/** From now until the first sound, s: time to hand over the first motion. */
const LEAD = 0.12;

const CALM = '(prefers-reduced-motion: reduce)';

/** A face on a canvas that says the first seconds of a text, drawn here by the renderer that also makes clips. */
export class PreviewShow implements Disposable {
  readonly #stage: PictureStage;
  #context: AudioContext | undefined;
  #playing: { readonly source: AudioBufferSourceNode; readonly timer: ReturnType<typeof setInterval> } | undefined;

  /** `failed` is told when the face cannot be drawn. */
  constructor(failed: (message: string) => void) {
    this.#stage = new PictureStage({ figures: () => undefined, failed });
    this.#stage.order({ type: 'calm', calm: matchMedia(CALM).matches });
  }

  /** Where the face is seen. */
  get canvas(): HTMLCanvasElement {
    return this.#stage.canvas;
  }

  /** Shows a face at rest: a packet of `core/live/portrait-packet`, which stays the caller's. */
  show(packet: ArrayBuffer): void {
    this.stop();
    this.#stage.order({ type: 'portrait', packet: packet.slice(0) });
  }

  /** Says it. Resolves when it is over or stopped. Begin it where somebody has just touched the page: sound needs that. */
  async play({ sound, motion, fps }: Preview): Promise<void> {
    this.stop();
    this.#context ??= new AudioContext();
    const context = this.#context;
    await context.resume();
    const { pcm, rate } = parseWav(bytesOf(sound));
    const buffer = context.createBuffer(1, pcm.length, rate);
    buffer.copyToChannel(pcm, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    const start = context.currentTime + LEAD;
    const heard = LEAD + (context.outputLatency || context.baseLatency || 0);
    const begin = performance.timeOrigin + performance.now() + heard * 1000;
    this.#stage.order({ type: 'begin' });
    let next = 0;
    const pump = () => {
      const until = performance.timeOrigin + performance.now() + AHEAD * 1000;
      for (; next < motion.length && begin + (next / fps) * 1000 < until; next++) {
        const packet = bytesOf(motion[next]!);
        this.#stage.order({ type: 'motion', due: begin + (next / fps) * 1000, packet });
      }
    };
    pump();
    source.start(start);
    this.#playing = { source, timer: setInterval(pump, PUMP_MS) };
    const { promise, resolve } = Promise.withResolvers<void>();
    source.addEventListener('ended', () => resolve(), { once: true });
    await promise;
    if (this.#playing?.source === source) this.stop();
  }

  /** Falls silent, with the mouth shut. */
  stop(): void {
    if (!this.#playing) return;
    const { source, timer } = this.#playing;
    this.#playing = undefined;
    clearInterval(timer);
    source.stop();
    this.#stage.order({ type: 'flush' });
    this.#stage.order({ type: 'hush' });
  }

  /** What is shown now and how the face stands in it. */
  snapshot(): ReturnType<PictureStage['snapshot']> {
    return this.#stage.snapshot(true);
  }

  [Symbol.dispose](): void {
    this.stop();
    void this.#context?.close();
    this.#stage[Symbol.dispose]();
  }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
