/** Samples per second of what a session says. */
export const SOUND_RATE = 24_000;
/** How much sound the browser may hold back, s: for 'interactive' Chromium took 38 ms until it was heard, for this 19. */
const HELD_BACK = 0.005;
/** How fast sound is faded out when it is cut off, s: slower than a click, faster than a thought. */
const FADE = 0.01;
/** How quickly the page's clock follows the sound's: what differs by more is taken over at once, ms. */
const FOLLOW = 0.05;
const MOST_APART_MS = 50;

/** Plays parts of sound at their times. Its clock is that of the sound card once that runs, and the page's until then. */
export class SoundPlayer implements Disposable {
  readonly context = new AudioContext({ sampleRate: SOUND_RATE, latencyHint: HELD_BACK });
  /** All sound goes through this node: for whoever wants to see or record it. */
  readonly output = this.context.createGain();
  readonly #playing = new Set<AudioBufferSourceNode>();
  #line = this.#openLine();
  /** Page time less sound time, ms. */
  #apart: number | undefined;

  constructor() {
    this.output.connect(this.context.destination);
  }

  /** Whether sound is heard; browsers keep it back until somebody has touched the page. */
  get isRunning(): boolean {
    return this.context.state === 'running';
  }

  /** Seconds on the clock of this player. It jumps when `isRunning` changes. */
  get now(): number {
    return this.isRunning ? this.context.currentTime : performance.now() / 1000;
  }

  set muted(muted: boolean) {
    this.output.gain.value = muted ? 0 : 1;
  }

  /** Asks for sound to be heard: has an effect while the browser holds that somebody touched the page. */
  async wake(): Promise<void> {
    if (this.context.state !== 'closed') await this.context.resume();
  }

  /** The moment at which something that is played at `time` of this clock is heard, ms since 1970. */
  heardAt(time: number): number {
    if (!this.isRunning) return performance.timeOrigin + time * 1000;
    const { contextTime = 0, performanceTime = 0 } = this.context.getOutputTimestamp();
    const measured =
      contextTime > 0
        ? performanceTime - contextTime * 1000
        : performance.now() - (this.context.currentTime - (this.context.outputLatency || 0)) * 1000;
    const apart = this.#apart;
    const isNear = apart !== undefined && Math.abs(measured - apart) < MOST_APART_MS;
    this.#apart = isNear ? apart + (measured - apart) * FOLLOW : measured;
    return performance.timeOrigin + this.#apart + time * 1000;
  }

  /** Plays 16-bit samples at `time` of this clock. */
  play(samples: Int16Array, time: number): void {
    if (!this.isRunning || samples.length === 0) return;
    const sound = this.context.createBuffer(1, samples.length, SOUND_RATE);
    const channel = sound.getChannelData(0);
    for (let k = 0; k < samples.length; k++) channel[k] = samples[k]! / 32768;
    const node = new AudioBufferSourceNode(this.context, { buffer: sound });
    node.connect(this.#line);
    node.addEventListener('ended', () => this.#playing.delete(node));
    this.#playing.add(node);
    node.start(Math.round(time * SOUND_RATE) / SOUND_RATE);
  }

  /** Falls silent at once; what is played next is heard again. */
  silence(): void {
    const { currentTime } = this.context;
    this.#line.gain.setValueAtTime(1, currentTime);
    this.#line.gain.linearRampToValueAtTime(0, currentTime + FADE);
    for (const node of this.#playing) node.stop(currentTime + FADE);
    this.#playing.clear();
    this.#line = this.#openLine();
  }

  [Symbol.dispose](): void {
    this.context.close().catch(() => {}); // it was closed already
  }

  #openLine(): GainNode {
    const line = this.context.createGain();
    line.connect(this.output);
    return line;
  }
}
