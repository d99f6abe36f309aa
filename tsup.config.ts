import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    codegen: 'src/entries/codegen.ts',
    config: 'src/entries/config.ts',
    express: 'src/entries/express.ts',
    next: 'src/entries/next.ts',
    'limiter/redis': 'src/entries/limiter-redis.ts',
    'transport/undici': 'src/entries/transport-undici.ts',
    'limiter/bottleneck': 'src/entries/limiter-bottleneck.ts',
    'storage/sqlite': 'src/entries/storage-sqlite.ts',
    sync: 'src/entries/sync.ts',
    testing: 'src/entries/testing.ts',
    validation: 'src/entries/validation.ts',
    webhooks: 'src/entries/webhooks.ts',
    'cli/shopwright': 'src/cli/shopwright.ts',
  },
  format: 'esm',
  target: 'node22',
  platform: 'node',
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: true,
  removeNodeProtocol: false,
  tsconfig: 'tsconfig.build.json',
});
