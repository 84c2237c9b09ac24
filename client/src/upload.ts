import { formStream } from './multipart.ts';
import type { Asset } from './schemas.ts';
import type { Binary, Call, CallOptions, Transport } from './transport.ts';

/** How far a file is. */
export interface FileProgress {
  readonly bytes: number;
  /** Undefined for a stream, whose length nobody knows. */
  readonly total: number | undefined;
}

/** What an upload or a download also takes. */
export interface FileOptions extends CallOptions {
  readonly onProgress?: (progress: FileProgress) => void;
}

/** What an upload also takes. */
export interface UploadOptions extends FileOptions {
  /** What the file is called; a `File` knows it. */
  readonly name?: string;
}

const UPLOADS: Pick<Call, 'method' | 'path'> = { method: 'POST', path: '/api/v1/uploads' };

/**
 * Uploads a file. Outside of pages it is sent while it is read, with progress as it goes; pages cannot send a stream over HTTP/1.1, so
 * there it is read whole and its progress is told when it has arrived.
 */
export async function upload(transport: Transport, source: Binary, options: UploadOptions): Promise<Asset> {
  const { name = source instanceof File ? source.name : 'file', onProgress = () => {}, ...call } = options;
  const isStream = source instanceof ReadableStream;
  if (isPage || (!isStream && !options.onProgress)) {
    const blob = isStream ? await new Response(source).blob() : source instanceof Blob ? source : new Blob([source]);
    const file = new File([blob], name, { type: blob.type });
    const asset = await transport.json<Asset>({ ...UPLOADS, form: { file } }, call);
    onProgress({ bytes: file.size, total: file.size });
    return asset;
  }
  const blob = isStream ? undefined : source instanceof Blob ? source : new Blob([source]);
  const content = isStream ? source : blob!.stream();
  const form = formStream({ name, type: blob?.type || 'application/octet-stream', content }, (bytes) =>
    onProgress({ bytes, total: blob?.size }),
  );
  return transport.json<Asset>({ ...UPLOADS, bytes: form.body, type: form.type }, call);
}

/** Whether this is a page or one of its workers. */
const isPage = 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
