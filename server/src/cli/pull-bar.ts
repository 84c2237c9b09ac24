import type { PullEvent } from '../model-store/model-pull.ts';
import type { Screen } from './progress.ts';

/** How often a line is drawn anew, and how far apart plain lines are. */
const REDRAW_MS = 100;
const WIDTH = 32;

/** Shows how far a pull is: a bar that redraws itself on a terminal, one line per quarter anywhere else. */
export class PullBar {
  readonly #screen: Screen;
  #total = 0;
  #drawnAt = 0;
  #quarter = -1;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  update(event: PullEvent): void {
    if (event.type === 'progress') this.#progress(event.bytes);
    else if (event.type === 'done') this.clear();
    else this.#line(wordsFor(event));
    if (event.type === 'fetching') this.#total = event.total ?? 0;
  }

  /** Leaves an empty line for the words that follow. */
  clear(): void {
    if (this.#screen.isTTY) this.#screen.write('\r\x1b[K');
  }

  #progress(bytes: number): void {
    const share = this.#total > 0 ? bytes / this.#total : 0;
    const said = `${megabytes(bytes)}${this.#total > 0 ? ` of ${megabytes(this.#total)}` : ''} MB`;
    if (this.#screen.isTTY) {
      const now = Date.now();
      if (now - this.#drawnAt < REDRAW_MS && share < 1) return;
      this.#drawnAt = now;
      const full = Math.round(share * WIDTH);
      this.#screen.write(`\r\x1b[K${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${said}`);
    } else if (Math.floor(share * 4) > this.#quarter) {
      this.#quarter = Math.floor(share * 4);
      this.#screen.write(`${said}\n`);
    }
  }

  #line(words: string): void {
    this.clear();
    this.#screen.write(`${words}\n`);
  }
}

function wordsFor(event: Exclude<PullEvent, { type: 'progress' | 'done' }>): string {
  switch (event.type) {
    case 'fetching':
      return event.from > 0 ? `Going on at ${megabytes(event.from)} MB` : `Fetching from ${event.source}`;
    case 'failed':
      return `${event.reason} Trying another place.`;
    case 'checking':
      return 'Checking';
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
