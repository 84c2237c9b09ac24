/** A day in milliseconds. */
export const DAY_MS = 86_400_000;

/** When a file that is kept for so many days is removed; null where it never is (0 days). */
export const expiryAfter = (days: number): Date | null => (days > 0 ? new Date(Date.now() + days * DAY_MS) : null);
