declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A position or length on the media timeline, in seconds. Never milliseconds. */
export type Seconds = Unit<'seconds'>;
/** A count of audio samples per channel. */
export type Samples = Unit<'samples'>;
/** Audio samples per second. */
export type Hertz = Unit<'hertz'>;
/** Video frames per second. */
export type Fps = Unit<'fps'>;

/** Give a bare number its unit; the number itself stays what it is. */
export const seconds = (n: number) => n as Seconds;
export const samples = (n: number) => n as Samples;
export const hertz = (n: number) => n as Hertz;
export const fps = (n: number) => n as Fps;

/** How long `count` samples last. Counts stay integers so that time never drifts. */
export const durationOf = (count: Samples, rate: Hertz) => seconds(count / rate);
/** When frame `index` is shown, counted from 0. */
export const frameTime = (index: number, rate: Fps) => seconds(index / rate);
