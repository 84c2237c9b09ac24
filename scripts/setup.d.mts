/** The root of the checkout, with a slash at its end. */
export const ROOT: string;
/** Sets up all that a task needs; gives the Node to run it on and the environment to run it in. */
export function setUp(): Promise<{ readonly node: string; readonly env: Record<string, string | undefined> }>;
