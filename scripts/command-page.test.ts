import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND_PAGE, commandPage } from './command-page.ts';
import { ROOT } from './setup.mjs';

test('the page about the command line says what the commands say; `npm run docs` makes it again', async () => {
  expect(readFileSync(join(ROOT, COMMAND_PAGE), 'utf8')).toBe(await commandPage());
});
