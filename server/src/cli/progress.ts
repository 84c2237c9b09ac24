import type { ProduceEvent } from '@orator/core/produce/events';

/** Where words for people go; `columns` is set on a terminal. */
export interface Screen {
  write(text: string): void;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows how far a clip is: a bar that redraws itself on a terminal, one line per tenth anywhere else. */
export class ProgressBar {
  readonly #screen: Screen;
  readonly #clock: () => number;
  readonly #started: number;
  #expected = 0;
  #fps = 25;
  #shownAt = -1;
  #shownTenth = -1;

  /** `clock` reads seconds. */
  constructor(screen: Screen, clock: () => number) {
    this.#screen = screen;
    this.#clock = clock;
    this.#started = clock();
  }

  /** Says what is being done before frames come. */
  stage(words: string): void {
    if (this.#screen.isTTY) this.#screen.write(`\r\x1b[K${words} …`);
  }

  update(event: ProduceEvent): void {
    if (event.type === 'started') {
      this.#expected = event.expectedSeconds ?? 0;
      this.#fps = event.fps;
    } else if (event.type === 'progress') {
      this.#progress(event.frames, event.seconds);
    } else {
      this.clear();
    }
  }

  /** Leaves an empty line for the words that follow. */
  clear(): void {
    if (this.#screen.isTTY) this.#screen.write('\r\x1b[K');
  }

  #progress(frames: number, seconds: number): void {
    const now = this.#clock();
    const share = this.#expected > 0 ? Math.min(1, seconds / this.#expected) : 0;
    const rate = frames / Math.max(0.001, now - this.#started);
    if (this.#screen.isTTY) {
      if (now - this.#shownAt < 0.1 && share < 1) return;
      this.#shownAt = now;
      this.#screen.write(
        `\r\x1b[K${this.#bar(share)} ${seconds.toFixed(1)} s made, ${(rate / this.#fps).toFixed(1)} × real time`,
      );
    } else if (this.#expected > 0 && Math.floor(share * 10) > this.#shownTenth) {
      this.#shownTenth = Math.floor(share * 10);
      this.#screen.write(`${String(this.#shownTenth * 10).padStart(3)} %  ${seconds.toFixed(1)} s made\n`);
    }
  }

  #bar(share: number): string {
    if (this.#expected === 0) return 'Making the clip:';
    const width = Math.min(32, Math.max(10, (this.#screen.columns ?? 80) - 46));
    const full = Math.round(share * width);
    return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
  }
}
