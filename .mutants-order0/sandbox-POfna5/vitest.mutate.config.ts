// @ts-nocheck
import { defineConfig } from 'vitest/config';
import { entryAliases, textFiles } from './vitest.config.ts';

/** The tests that mutants are shown to: `npm run mutate` says which. */
export default defineConfig({
  plugins: [textFiles],
  resolve: { alias: entryAliases },
  test: {
    include: JSON.parse(process.env['MUTATE_TESTS'] ?? '[]'),
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
