import { clamp } from '../base/maths.ts';
import type { SpeechChunk } from '../speech/speech.ts';
import { TICK } from './clock.ts';
import type { Cues } from './cue.ts';
import { Loudness } from './loudness.ts';
import { Prosody, type ProsodyEvent } from './prosody.ts';
import { VisemeRuns } from './viseme-runs.ts';

const LONGEST_LOOKAHEAD = 1; // s: more is of no use, and history is kept for this much

/** One utterance as motion sees it: what was said up to a horizon that lies `lookahead` past the present. */
export class Voice {
  readonly visemes: VisemeRuns;
  readonly loudness = new Loudness();
  private readonly prosody = new Prosody();
  private readonly lead: number; // ticks
  private ended = false;
  private heardTo = 0; // ticks
  private told = 0; // ticks
  private readonly news: ProsodyEvent[] = [];
  private readonly tell = (event: ProsodyEvent) => {
    this.news.push(event);
  };

  /** `lookahead` in seconds, 0..1. `afterSilence`: the face had its lips shut before. */
  constructor(lookahead: number, afterSilence: boolean) {
    this.visemes = new VisemeRuns(afterSilence);
    this.lead = Math.round(clamp(lookahead, 0, LONGEST_LOOKAHEAD) / TICK);
  }

  push(chunk: SpeechChunk): void {
    this.loudness.push(chunk.audio);
    this.visemes.push(chunk.spans);
  }

  /** Nothing more will come: what is not known is silence. */
  end(): void {
    this.ended = true;
  }

  /** The voice falls silent at `at` seconds, whatever was still to be said. */
  stop(at: number): void {
    this.ended = true;
    this.visemes.cut(at);
    this.visemes.advance(this.heardTo * TICK);
  }

  /** Whether all is known that tick `tick` may look at. */
  ready(tick: number): boolean {
    const horizon = (tick + this.lead + 1) * TICK - 1e-9;
    return this.ended || (this.visemes.known >= horizon && this.loudness.heard >= horizon);
  }

  /** How many ticks have been lived through. */
  get ticks(): number {
    return this.told;
  }

  /** Goes on by a tick: listens up to its horizon and puts what is new into `cues`. */
  listen(cues: Cues): void {
    const { visemes, loudness, news } = this;
    const tick = this.told++;
    const now = tick * TICK;
    for (const last = tick + this.lead; this.heardTo <= last; this.heardTo++) {
      const horizon = (this.heardTo + 1) * TICK;
      visemes.advance(horizon);
      loudness.advance(visemes.runs.at(-1)!.viseme !== 'sil');
      this.prosody.advance(horizon, visemes, loudness, this.tell);
    }
    cues.speaking = visemes.at(now)?.viseme !== 'sil';
    for (let event = news.shift(); event; event = news.shift()) {
      if (event.kind === 'phrase') cues.phraseIn = Math.max(0, event.at - now);
      else if (event.kind === 'pause') cues.pause = true;
      else {
        cues.accent = event.strength;
        cues.accentIn = event.at - now;
      }
    }
  }
}
