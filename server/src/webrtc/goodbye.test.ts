import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RTCPeerConnection } from 'werift';
import { sayGoodbye } from './goodbye.ts';

test('a goodbye is never taken for an alert that is not encrypted', async () => {
  const sent: Buffer[] = [];
  const dtls = {
    dtls: { version: { major: 254, minor: 253 }, epoch: 1, recordSequenceNumber: 7 },
    cipher: { cipher: { encrypt: () => randomBytes(26) } }, // a nonce first, as the library makes it
    sessionType: 1,
    transport: { send: async (record: Buffer) => void sent.push(record) },
  };
  const connection = { dtlsTransports: [{ dtls, state: 'connected' }] } as unknown as RTCPeerConnection;
  for (let k = 0; k < 200; k++) await sayGoodbye(connection);
  const head = 13;
  expect(sent).toHaveLength(200);
  expect(sent[0]!.subarray(0, head).toString('hex')).toBe('15fefd0001000000000008001a');
  for (const record of sent) expect(record[head + 1]).toSatisfy((byte: number) => byte >= 128 && byte < 255);
});
