import { expect, test } from 'vitest';
import { bytesOf, readAddress } from './session-address.ts';

test('an address names the server, and the session where it has one', () => {
  const base = 'https://page.example/in/a/folder/page.html';
  expect(readAddress('', 'k', base)).toEqual({ server: 'https://page.example', session: undefined, key: 'k' });
  expect(readAddress('wss://face.example/under/api/v1/stream/ws?session=one', undefined, base)).toEqual({
    server: 'https://face.example/under',
    session: 'one',
    key: undefined,
  });
  expect(readAddress('/api/v1/stream/sessions/two', undefined, base)).toMatchObject({ session: 'two' });
});

test('an answer that breaks off in the middle is a lost connection, after which one asks again', async () => {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new Uint8Array(100));
    },
    pull(stream) {
      stream.error(new TypeError('It broke off.'));
    },
  });
  await expect(bytesOf(new Response(body))).rejects.toMatchObject({ code: 'connection/lost', isFinal: false });
});
