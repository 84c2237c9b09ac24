import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { sharedSecret } from '../store/shared-secret.ts';

/** Signs small contents with a secret of the database, so that any process of the service knows its own. Nothing in them is hidden. */
export class Seal {
  readonly #database: Database;
  readonly #name: string;
  readonly #prefix: string;
  #secret: string | undefined;

  /** `name` is that of the secret; what is sealed begins with `prefix`. */
  constructor(database: Database, { name, prefix }: { readonly name: string; readonly prefix: string }) {
    this.#database = database;
    this.#name = name;
    this.#prefix = prefix;
  }

  /** A content as text of letters, digits, "-", "_" and one ".". */
  async seal(content: object): Promise<string> {
    const said = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${this.#prefix}${said}.${(await this.#sign(said)).toString('base64url')}`;
  }

  /** The content of what was sealed here; null for anything else. */
  async open(text: string): Promise<unknown> {
    const [said = '', signature = ''] = text.startsWith(this.#prefix) ? text.slice(this.#prefix.length).split('.') : [];
    const given = Buffer.from(signature, 'base64url');
    const right = await this.#sign(said);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    return JSON.parse(Buffer.from(said, 'base64url').toString());
  }

  async #sign(said: string): Promise<Buffer> {
    this.#secret ??= await sharedSecret(this.#database, this.#name);
    return createHmac('sha256', this.#secret).update(said).digest();
  }
}
