import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { clearAway } from '../folder.ts';
import { fetchInput, type InputTools } from '../jobs/job-input.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { type Preview, type PreviewOrder, performPreview } from './preview.ts';

/** What previews are made with. */
export interface PreviewTools extends InputTools {
  readonly ffmpeg: () => Promise<Ffmpeg>;
  /** A folder for recordings while they are read. */
  readonly scratch: string;
}

/** Each takes a part of a core for a second: more at once would be felt by who talks live. */
const MOST_AT_ONCE = 4;

/** Makes previews, a few at a time. */
export class PreviewDesk {
  readonly #tools: PreviewTools;
  #making = 0;

  constructor(tools: PreviewTools) {
    this.#tools = tools;
  }

  /**
   * Performs the first seconds of what an owner asks for; `order.audio` is the id of an asset of his.
   * @throws {OratorError} `runtime/exhausted` while too many others do; `asset/unknown`; what `performPreview` throws.
   */
  async perform(owner: string, order: PreviewOrder, signal: AbortSignal): Promise<Preview> {
    if (this.#making >= MOST_AT_ONCE) {
      throw new OratorError('runtime/exhausted', 'Too many previews are being made. Try again in a moment.');
    }
    this.#making++;
    try {
      return await this.#perform(owner, order, signal);
    } finally {
      this.#making--;
    }
  }

  async #perform(owner: string, order: PreviewOrder, signal: AbortSignal): Promise<Preview> {
    const ffmpeg = await this.#tools.ffmpeg();
    if (order.audio === undefined) return performPreview(order, ffmpeg, signal);
    const folder = await mkdtemp(join(this.#tools.scratch, 'preview-'));
    try {
      const path = join(folder, 'audio');
      await fetchInput(order.audio, { path, kind: 'audio', owner }, this.#tools, signal);
      return await performPreview({ ...order, audio: path }, ffmpeg, signal);
    } finally {
      await clearAway(folder);
    }
  }
}
