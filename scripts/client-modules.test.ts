import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientModules } from './client-modules.ts';
import { ROOT } from './setup.mjs';

test('the client says what the service says; `npm run client` makes it again', async () => {
  for (const [path, text] of await clientModules()) expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
}, 120_000); // a service is opened for it
