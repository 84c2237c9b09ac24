import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,client,server,web,fixtures,scripts,bench,deploy}/**/*.test.ts'],
    testTimeout: 120_000,
    // Browsers and live sessions fall behind on a busy machine. `npm test` names each test that needed this.
    retry: 1,
    // The longest tests start programs and wait for them: even two cores have time for a second file.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Each of these programs would read and compile the same sources again.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compiled', import.meta.url)) },
    reporters: ['default'],
  },
});
