import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How a body may be compressed, best first. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof CODINGS)[number];

/** As small as the higher ones for what we send, in a third of their time. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

const CODERS: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: promisify(gzip),
  identity: async (bytes) => bytes,
};

/** Bytes that are sent again and again: made and compressed when they are first asked for. */
export class CodedBody {
  readonly #coded = new Map<Coding, Promise<Uint8Array>>();
  readonly #make: () => Promise<Uint8Array>;

  constructor(make: () => Promise<Uint8Array>) {
    this.#make = make;
  }

  /** Answers with them, compressed as the caller takes it; without them where he has those of the same `tag`. */
  async send({ headers }: FastifyRequest, reply: FastifyReply, tag: string): Promise<FastifyReply> {
    const etag = `W/"${tag}"`;
    reply.header('etag', etag).header('vary', 'accept-encoding');
    if (headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    const coding = codingFor(headers['accept-encoding']);
    if (coding !== 'identity') reply.header('content-encoding', coding);
    return reply.send(await this.#bytes(coding));
  }

  #bytes(coding: Coding): Promise<Uint8Array> {
    let coded = this.#coded.get(coding);
    if (!coded) {
      coded = coding === 'identity' ? this.#make() : this.#bytes('identity').then(CODERS[coding]);
      this.#coded.set(coding, coded);
      coded.catch(() => this.#coded.delete(coding)); // it is tried again for the next one
    }
    return coded;
  }
}

/** The best coding that a header `accept-encoding` takes. */
function codingFor(accepted: FastifyRequest['headers']['accept-encoding']): Coding {
  const taken = String(accepted ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]);
  return CODINGS.find((coding) => taken.includes(coding)) ?? 'identity';
}
