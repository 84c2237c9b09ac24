import { expect, test } from 'vitest';
import { MemoryStorage } from './memory-storage.ts';
import { storageContract } from './storage-contract.ts';

storageContract({ name: 'memory', open: async () => new MemoryStorage(), unseen: async () => [] });

test('links of the memory storage are told from made-up ones', async () => {
  const storage = new MemoryStorage({ baseUrl: 'http://127.0.0.1:8000' });
  const link = new URL(await storage.downloadLink('a', { seconds: 60 }));
  expect(link.origin).toBe('http://127.0.0.1:8000');
  expect(storage.verifyLink('a', link.searchParams)).toMatchObject({ valid: true, key: 'a' });
  expect(storage.verifyLink('b', link.searchParams)).toEqual({ valid: false, reason: 'altered' });
});
