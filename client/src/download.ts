import type { Api } from './api.ts';
import { bytesOf } from './byte-stream.ts';
import { ServiceError } from './service-error.ts';
import type { Transport } from './transport.ts';
import type { FileOptions } from './upload.ts';

/** So many connections in a row that bring nothing, and the download fails. */
const MOST_DROPS = 5;
const WAIT_SECONDS = 0.5;

/**
 * Fetches a stored file, with its name and type. A dropped connection is opened again for the part that is missing.
 * @throws {ServiceError} when there is no such file, or the service stays away.
 */
export async function download(
  api: Pick<Api, 'getAssetContent'>,
  wait: Transport['wait'],
  id: string,
  { onProgress = () => {}, ...options }: FileOptions,
): Promise<File> {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let drops = 0; ; drops++) {
    const range = bytes > 0 ? `bytes=${bytes}-` : undefined;
    const response = await api.getAssetContent(id, {}, { ...options, range });
    if (response.status !== 206) {
      parts = []; // the whole of it, asked for or not
      bytes = 0;
    }
    const { name, type, total } = factsOf(response);
    let cause: unknown;
    try {
      for await (const part of bytesOf(response.body)) {
        parts.push(part);
        bytes += part.length;
        drops = 0;
        onProgress({ bytes, total });
      }
      if (total === undefined || bytes === total) return new File(parts, name ?? id, { type });
    } catch (thrown) {
      options.signal?.throwIfAborted();
      cause = thrown;
    }
    if (drops >= MOST_DROPS) throw ServiceError.unreachable(`The rest of the file ${id}`, cause ?? 'it ended too soon');
    await wait(WAIT_SECONDS, options.signal);
  }
}

/** What the headers tell of a file; its length where they do, in bytes. */
function factsOf({ headers }: Response): { name: string | undefined; type: string; total: number | undefined } {
  const disposition = headers.get('content-disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const whole = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const length = whole ?? (headers.has('content-encoding') ? null : headers.get('content-length'));
  return {
    name: encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/i.exec(disposition)?.[1],
    type: headers.get('content-type') ?? '',
    total: length === null ? undefined : Number(length),
  };
}
