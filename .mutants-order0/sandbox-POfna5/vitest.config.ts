// @ts-nocheck
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Tests import the package by its public names, which stand for the sources here. */
export const entryAliases = [
  { find: /^shopwright$/, replacement: source('index.ts') },
  { find: /^shopwright\/(?!schema)([a-z]+)$/, replacement: `${source('entries')}/$1.ts` },
  { find: /^shopwright\/(?!schema)([a-z]+)\/([a-z]+)$/, replacement: `${source('entries')}/$1-$2.ts` },
];

/** Files that need a process of their own. All others share one process per worker, and its modules. */
const isolated = [
  // msw patches the globals of its process, and from the second server on it no longer breaks a connection off.
  'examples/express-app/app.test.ts',
  'test/testing/bulk/msw.test.ts',
  'test/testing/http/msw.test.ts',
  'test/http/ky.test.ts',
  // Collects garbage, which takes long on the heap of many files.
  'test/client/shop-state.test.ts',
  // Takes chance away from all that runs in its process.
  'test/cli/report-replay.test.ts',
  // Holds its process up, counts the timers of all, or sees the spans of all.
  'test/http/held-up.test.ts',
  'test/queue/in-process-queue.test.ts',
  'test/telemetry/otel.test.ts',
  // Takes `process` away and loads the modules again.
  'test/webhooks/edge-runtime.test.ts',
];

/** The build imports `.lua` and `.html` files as text; so do the tests. */
export const textFiles: Plugin = {
  name: 'text-files',
  transform: (code, id) => (/\.(?:lua|html)$/.test(id) ? `export default ${JSON.stringify(code)};` : undefined),
};

export default defineConfig({
  plugins: [textFiles],
  resolve: { alias: entryAliases },
  test: {
    exclude: ['test/full/**', '**/node_modules/**'],
    setupFiles: ['test/setup.ts'],
    // By default one core stays idle; on two cores that doubles the time.
    maxWorkers: '100%',
    // A busy machine is no failure; what hangs is one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'isolated', include: isolated } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts', 'examples/*/*.test.ts'],
          exclude: isolated,
          isolate: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The bin and the demo run as processes of their own, where coverage does not see them.
      exclude: ['src/**/generated/**', 'src/**/types.ts', 'src/cli/shopwright.ts', 'src/cli/demo-*.ts'],
      thresholds: { statements: 95, branches: 90 },
    },
  },
});
