import { OratorError } from '@orator/core/base/errors';

/** Connections that may be there without a session: who begins one takes seconds, and a flood takes no memory. */
const MOST_WAITING = 256;

/** Where connections are that have no session yet. */
export class Lobby {
  #waiting = 0;

  /** Lets one in until the handle is disposed. @throws {OratorError} `session/busy` */
  enter(): Disposable {
    if (this.#waiting >= MOST_WAITING) {
      throw new OratorError('session/busy', `${MOST_WAITING} connections wait to say what they want. Try again soon.`);
    }
    this.#waiting++;
    let isIn = true;
    return {
      [Symbol.dispose]: () => {
        if (isIn) this.#waiting--;
        isIn = false;
      },
    };
  }
}
