import { afterEach, describe, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The form that a service would be sent, and the progress that was told. */
async function uploaded(source: Blob | ReadableStream<Uint8Array<ArrayBuffer>>, name?: string) {
  const { OratorClient } = await import('./client.ts');
  const forms: FormData[] = [];
  const told: unknown[] = [];
  const client = new OratorClient({
    url: 'http://orator.test',
    fetch: async (input, init) => {
      const isForm = init?.body instanceof FormData;
      forms.push(await new Request(input, init).formData());
      return Response.json({ id: isForm ? 'form' : 'stream' });
    },
  });
  const { id } = await client.upload(source, { ...(name && { name }), onProgress: (progress) => told.push(progress) });
  const file = forms[0]!.get('file') as File;
  return { id, told, file: [file.name, file.type, await file.text()] };
}

const stream = () => new Blob(['abcdef']).stream();

describe('an upload', () => {
  test('of a file is sent while it is read', async () => {
    expect(await uploaded(new File(['abcdef'], 'ä "b".txt', { type: 'text/plain' }))).toEqual({
      id: 'stream',
      told: [{ bytes: 6, total: 6 }],
      file: ['ä "b".txt', 'text/plain', 'abcdef'],
    });
  });

  test('of a stream is, too, and nobody knows how long it is', async () => {
    expect(await uploaded(stream(), 'c.wav')).toEqual({
      id: 'stream',
      told: [{ bytes: 6, total: undefined }],
      file: ['c.wav', 'application/octet-stream', 'abcdef'],
    });
  });

  test('of a stream is read whole first in a page, which cannot send one over HTTP/1.1', async () => {
    vi.stubGlobal('document', {});
    const { id, told, file } = await uploaded(stream(), 'c.wav');
    expect([id, told, file[0], file[2]]).toEqual(['form', [{ bytes: 6, total: 6 }], 'c.wav', 'abcdef']);
  });
});
