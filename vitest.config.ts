import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,client,server,web,fixtures,scripts,bench,deploy}/**/*.test.ts'],
    testTimeout: 60_000,
    reporters: ['default'],
  },
});
