/** The least that the latest part of late has come before its time, s: what the player keeps in hand. */
const HAND = 0.02;
/** Where a stream begins, and begins anew after an interruption, s: an interruption is to be seen at once. */
const FIRST_LEAD = 0.08;
const FRESH_LEAD = 0.02;
/** Parts over which the latest one is looked for: 3 s at 25 a second. */
const LOOKED_BACK = 75;
/** While nothing is heard the clock may run so much slower or faster, as a share: nobody sees it. */
const SLEW = 0.1;
const HASTE = 0.5;
/** More than this is never held back for the sake of the few parts that come latest, s: the rest of them are late then. */
const MOST_HELD = 0.16;
/** What lies further ahead than this is left out, s: in silence, and in speech. */
const MOST_SILENT_LEAD = 0.25;
const MOST_LEAD = 0.6;
/** In speech the clock is only moved when most pictures come later than this, s, or sound comes late. */
const MOST_LATE = 0.04;

/** A part of the stream that has its time. */
export interface Placed {
  /** When it is heard and seen, s of the local clock. */
  readonly start: number;
}

/**
 * Gives each part of a stream its time on a local clock, as close to its arrival as the connection allows: late parts move all that
 * follow, and in silence the clock runs a little faster or slower until just enough is in hand.
 */
export class Playout {
  /** Local time of the stream's begin; unknown before the first part. */
  #shift: number | undefined;
  #first = FIRST_LEAD;
  /** How long before their time the last parts came, s. */
  readonly #leads: number[] = [];
  /** How often a part came too late to be heard at its time. */
  gaps = 0;
  /** Parts that were left out because too much was in hand. */
  skipped = 0;

  /** The least that was in hand of late, s; what it begins with before anything came. */
  get inHand(): number {
    return this.#leads.length === 0 ? this.#first : Math.min(...this.#leads);
  }

  /** Places the part that lies `at` s in the stream and is `length` s long, at the local time `now`; null to leave it out. */
  place(at: number, length: number, now: number, isSilent: boolean): Placed | null {
    if (this.#shift === undefined) {
      this.#shift = now + this.#first - at;
      this.#leads.length = 0;
    }
    const lead = at + this.#shift - now;
    if (lead > (isSilent ? MOST_SILENT_LEAD : MOST_LEAD)) {
      this.#move(-length);
      this.skipped++;
      return null;
    }
    this.#note(lead);
    if (isSilent) this.#move(stretch(Math.min(HAND - this.inHand, MOST_HELD - this.#usual), length));
    else if (this.#usual < -MOST_LATE) this.#catchUp(HAND - this.#usual);
    const late = now - (at + this.#shift);
    if (late > 0) this.#catchUp(HAND + late);
    return { start: at + this.#shift };
  }

  /** Tells that the picture of a part that has its time came `lead` s before that, or so much after it. */
  came(lead: number): void {
    const last = this.#leads.length - 1;
    if (last >= 0) this.#leads[last] = Math.min(this.#leads[last]!, lead);
  }

  /** What comes next follows nothing: an interruption (`isFresh`), or a new connection. */
  restart(isFresh: boolean): void {
    this.#shift = undefined;
    this.#first = isFresh ? FRESH_LEAD : FIRST_LEAD;
  }

  /** How long before their time most of the last parts came, s. */
  get #usual(): number {
    return this.#leads.toSorted((a, b) => a - b)[this.#leads.length >> 1]!;
  }

  #note(lead: number): void {
    this.#leads.push(lead);
    if (this.#leads.length > LOOKED_BACK) this.#leads.shift();
  }

  #catchUp(by: number): void {
    this.gaps++;
    this.#move(by);
  }

  #move(by: number): void {
    this.#shift! += by;
    for (let k = 0; k < this.#leads.length; k++) this.#leads[k]! += by;
  }
}

/** How far the clock is moved during a part, towards `wanted`. */
const stretch = (wanted: number, length: number): number =>
  Math.max(-SLEW * length, Math.min(wanted, (wanted > HAND ? HASTE : SLEW) * length));
