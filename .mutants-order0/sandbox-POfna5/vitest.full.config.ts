// @ts-nocheck
import { defineConfig } from 'vitest/config';
import { entryAliases, textFiles } from './vitest.config.ts';

/** The slow tests, on the built package: `npm run test:full`. */
export default defineConfig({
  plugins: [textFiles],
  resolve: { alias: entryAliases },
  test: {
    include: ['test/full/**/*.test.ts'],
    // They start processes and servers of their own: one after another on a small machine.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
