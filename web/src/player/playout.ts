/** The least that the latest part of late has come before its time, s: what the player keeps in hand. */
const HAND = 0.02;
/** Of so many pictures one may come later than is wanted of them: it is shown late, where sound would be missing. */
const LATE_PICTURES = 10;
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
  /** The same of what is seen with them. */
  readonly #pictures: number[] = [];
  readonly #wanted: number;
  /** How often a part came too late to be heard at its time. */
  gaps = 0;
  /** Parts that were left out because too much was in hand. */
  skipped = 0;

  /** `wanted`: how long before its time nearly every picture is to be there, s. */
  constructor(wanted = 0) {
    this.#wanted = wanted;
  }

  /** The least that was in hand of late, s; what it begins with before anything came. */
  get inHand(): number {
    return this.#leads.length === 0 ? this.#first : Math.min(...this.#leads);
  }

  /** Places the part that lies `at` s in the stream and is `length` s long, at the local time `now`; null to leave it out. */
  place(at: number, length: number, now: number, isSilent: boolean): Placed | null {
    if (this.#shift === undefined) {
      this.#shift = now + this.#first - at;
      this.#leads.length = this.#pictures.length = 0;
    }
    const lead = at + this.#shift - now;
    if (lead > (isSilent ? MOST_SILENT_LEAD : MOST_LEAD)) {
      this.#move(-length);
      this.skipped++;
      return null;
    }
    note(this.#leads, lead);
    const usual = middleOf(this.#pictures.length > 0 ? this.#pictures : this.#leads);
    if (isSilent) this.#move(stretch(Math.min(this.#short, MOST_HELD - usual), length));
    else if (usual < -MOST_LATE) this.#catchUp(this.#wanted - usual);
    const late = now - (at + this.#shift);
    if (late > 0) this.#catchUp(HAND + late);
    return { start: at + this.#shift };
  }

  /** Tells that the picture of a part that has its time came `lead` s before that, or so much after it. */
  came(lead: number): void {
    note(this.#pictures, lead);
  }

  /** What comes next follows nothing: an interruption (`isFresh`), or a new connection. */
  restart(isFresh: boolean): void {
    this.#shift = undefined;
    this.#first = isFresh ? FRESH_LEAD : FIRST_LEAD;
  }

  /** How much more is to be in hand, s. */
  get #short(): number {
    const sorted = this.#pictures.toSorted((a, b) => a - b);
    const late = sorted[Math.floor(sorted.length / LATE_PICTURES)] ?? Number.POSITIVE_INFINITY;
    return Math.max(HAND - this.inHand, this.#wanted - late);
  }

  #catchUp(by: number): void {
    this.gaps++;
    this.#move(by);
  }

  #move(by: number): void {
    this.#shift! += by;
    for (const leads of [this.#leads, this.#pictures]) for (let k = 0; k < leads.length; k++) leads[k]! += by;
  }
}

/** Adds to the last ones. */
function note(leads: number[], lead: number): void {
  leads.push(lead);
  if (leads.length > LOOKED_BACK) leads.shift();
}

const middleOf = (leads: readonly number[]): number => leads.toSorted((a, b) => a - b)[leads.length >> 1]!;

/** How far the clock is moved during a part, towards `wanted`. */
const stretch = (wanted: number, length: number): number =>
  Math.max(-SLEW * length, Math.min(wanted, (wanted > HAND ? HASTE : SLEW) * length));
