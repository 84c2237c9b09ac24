import { CHANNEL_INDEX, type Channel, type Pose, restPose } from '@orator/core/motion/pose';

/** What speech opens. */
const OPENED: readonly Channel[] = [
  'jawOpen',
  'mouthFunnel',
  'mouthPucker',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'tongueOut',
  'tongueUp',
];
/** A mouth is shut so fast, ms, and kept shut until the session's own is, or for so long. */
const SHUT_MS = 70;
const LONGEST_MS = 500;
/** What counts as shut. */
const SHUT = 0.02;

/** Shuts the mouth of who is interrupted at once, until word of it comes back from the session. */
export class Hush {
  #since: number | undefined;
  readonly #pose: Pose = restPose();

  /** Begins at a time, ms; again while it lasts, it goes on. */
  begin(at: number): void {
    this.#since ??= at;
  }

  /** Whether poses are changed. */
  get isOn(): boolean {
    return this.#since !== undefined;
  }

  /** The pose to be shown at a time in place of another. It holds until the next call. */
  apply(pose: Pose, at: number): Pose {
    if (this.#since === undefined) return pose;
    const passed = at - this.#since;
    const isShut = passed > SHUT_MS && pose[CHANNEL_INDEX.jawOpen]! < SHUT;
    if (isShut || passed > LONGEST_MS) {
      this.#since = undefined;
      return pose;
    }
    this.#pose.set(pose);
    const left = Math.max(0, 1 - passed / SHUT_MS);
    for (const channel of OPENED) this.#pose[CHANNEL_INDEX[channel]]! *= left;
    return this.#pose;
  }
}
