import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KERNEL_MODULE, kernelHash } from './kernel-source.ts';
import { ROOT } from './setup.mjs';

test('the compiled kernels are those of the sources; `npm run kernels` makes them again', () => {
  expect(readFileSync(join(ROOT, KERNEL_MODULE), 'utf8')).toContain(kernelHash());
});
