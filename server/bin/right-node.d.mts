/** How to start npm: the program, then its first arguments. */
export function npmCommand(): string[];
