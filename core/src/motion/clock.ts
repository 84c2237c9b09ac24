/** Motion is computed on ticks of 10 ms, whatever the frame rate, so that the same seed gives the same life at any rate. */
export const TICKS_PER_SECOND = 100;
/** The length of a tick in seconds. */
export const TICK = 1 / TICKS_PER_SECOND;
/** The tick that holds moment `at` (seconds); times on a boundary belong to the tick that begins there. */
export const tickAt = (at: number) => Math.floor(at * TICKS_PER_SECOND + 1e-6);
