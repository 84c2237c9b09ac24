/** Draws numbers from 0 (inclusive) to 1 (exclusive). The same seed gives the same sequence everywhere. */
export type Random = () => number;

/** Turns a name and a seed into an independent stream, so that adding one consumer never shifts another's numbers. */
export function randomFrom(seed: number, name = ''): Random {
  let state = seed >>> 0;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193) >>> 0;
  // mulberry32: 32 bits of state are ample for motion, and it needs no 64-bit integers in a browser.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One draw from the normal distribution with mean 0 and standard deviation 1 (Box and Muller). */
export const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** One draw from the exponential distribution with the given mean. */
export const exponential = (random: Random, mean: number) => -mean * Math.log(1 - random());
