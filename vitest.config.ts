import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Tests import the package by its public names, which stand for the sources here. */
export const entryAliases = [
  { find: /^shopwright$/, replacement: source('index.ts') },
  { find: /^shopwright\/(?!schema)([a-z]+)$/, replacement: `${source('entries')}/$1.ts` },
  { find: /^shopwright\/(?!schema)([a-z]+)\/([a-z]+)$/, replacement: `${source('entries')}/$1-$2.ts` },
];

export default defineConfig({
  resolve: { alias: entryAliases },
  test: {
    include: ['test/**/*.test.ts', 'examples/*/*.test.ts'],
    exclude: ['test/full/**', '**/node_modules/**'],
    setupFiles: ['test/setup.ts'],
    // By default one core stays idle; on two cores that doubles the time.
    maxWorkers: '100%',
    // A busy machine is no failure; what hangs is one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The bin runs as a process of its own, where coverage does not see it.
      exclude: ['src/**/generated/**', 'src/**/types.ts', 'src/cli/shopwright.ts'],
      thresholds: { statements: 95, branches: 95 },
    },
  },
});
