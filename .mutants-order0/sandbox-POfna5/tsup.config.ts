// @ts-nocheck
import { readFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';
import { minifySync, parseSync } from 'vite';

/** Bundled code is nobody's to read in a stack trace: its names are shortened too. */
const shortenBundled: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'shorten-bundled',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /node_modules[\\/]kysely[\\/].*\.js$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { minify: true, target: 'node22' });
      return { contents: code, loader: 'js' };
    });
  },
};

/**
 * Parameters and variables are shortened, which is a seventh of the code; functions, classes and properties are not, and
 * each statement has a line of its own. So a stack trace says which function it was and where, and Node prints a
 * statement of an uncaught error and not a file. (With esbuild's short names and `keepNames`, each function that a call
 * makes would be named at run time: 7 % of a call. Its `lineLimit` costs ten times what these line ends cost.)
 */
const shortenVariables: NonNullable<Options['plugins']>[number] = {
  name: 'shorten-variables',
  renderChunk(code, { path }) {
    if (!path.endsWith('.js')) return null;
    const { code: short, errors } = minifySync(path, code, {
      module: true,
      compress: false,
      mangle: { toplevel: true, keepNames: true },
      codegen: { removeWhitespace: true },
    });
    if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
    const ends = [...endsOfStatements(parseSync(path, short).program)].sort((one, other) => one - other);
    return {
      code: ends.map((end, at) => short.slice(ends[at - 1] ?? 0, end)).join('\n') + short.slice(ends.at(-1) ?? 0),
    };
  },
};

/** Where the statements of a program end, and the members of its classes. */
function endsOfStatements(node: unknown, ends = new Set<number>()): Set<number> {
  if (Array.isArray(node)) for (const entry of node) endsOfStatements(entry, ends);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return ends;
  for (const [name, value] of Object.entries(node)) {
    if (Array.isArray(value) && (name === 'body' || name === 'consequent')) {
      for (const { end } of value as { end: number }[]) ends.add(end);
    }
    endsOfStatements(value, ends);
  }
  return ends;
}

/** The dashboard's page as text, with its style and its script minified: comments and indents are for its readers. */
const minifyPage: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'minify-page',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /dashboard[\\/]page\.html$/ }, async ({ path }) => {
      let page = (await readFile(path, 'utf8'))
        .replaceAll(/<!--(?!doctype)[\s\S]*?-->/g, '')
        .replaceAll(/\n\s+/g, '\n');
      for (const [tag, loader] of [['style', 'css'] as const, ['script', 'js'] as const]) {
        const [, text = ''] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
        const target = ['chrome123', 'firefox120', 'safari17.5'];
        const { code } = await esbuild.transform(text, { loader, minify: true, target, format: 'esm' });
        page = page.replace(text, () => code.trim());
      }
      return { contents: page, loader: 'text' };
    });
  },
};

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    auth: 'src/entries/auth.ts',
    'auth/migration': 'src/entries/auth-migration.ts',
    'auth/oauth': 'src/entries/auth-oauth.ts',
    bulk: 'src/entries/bulk.ts',
    codegen: 'src/entries/codegen.ts',
    config: 'src/entries/config.ts',
    dashboard: 'src/entries/dashboard.ts',
    express: 'src/entries/express.ts',
    fastify: 'src/entries/fastify.ts',
    feed: 'src/entries/feed.ts',
    hono: 'src/entries/hono.ts',
    next: 'src/entries/next.ts',
    otel: 'src/entries/otel.ts',
    limiter: 'src/entries/limiter.ts',
    resilience: 'src/entries/resilience.ts',
    'limiter/redis': 'src/entries/limiter-redis.ts',
    'transport/undici': 'src/entries/transport-undici.ts',
    'limiter/bottleneck': 'src/entries/limiter-bottleneck.ts',
    'storage/adapter': 'src/entries/storage-adapter.ts',
    'storage/postgres': 'src/entries/storage-postgres.ts',
    queue: 'src/entries/queue.ts',
    'queue/bullmq': 'src/entries/queue-bullmq.ts',
    'storage/redis': 'src/entries/storage-redis.ts',
    'storage/sqlite': 'src/entries/storage-sqlite.ts',
    sync: 'src/entries/sync.ts',
    telemetry: 'src/entries/telemetry.ts',
    testing: 'src/entries/testing.ts',
    validation: 'src/entries/validation.ts',
    webhooks: 'src/entries/webhooks.ts',
    'webhooks/compliance': 'src/entries/webhooks-compliance.ts',
    'webhooks/payloads': 'src/entries/webhooks-payloads.ts',
    'webhooks/topics': 'src/entries/webhooks-topics.ts',
    'cli/shopwright': 'src/cli/shopwright.ts',
  },
  format: 'esm',
  target: 'node22',
  platform: 'node',
  splitting: true,
  // Maps would carry every source a second time: they were more than half of the package.
  sourcemap: false,
  clean: true,
  dts: true,
  removeNodeProtocol: false,
  tsconfig: 'tsconfig.build.json',
  loader: { '.lua': 'text' },
  // The query builder of the SQL stores is no part of the API. Bundled, it is one file instead of some 300, which
  // takes a sixth of the CPU to load. Its licence is in THIRD-PARTY-NOTICES.
  noExternal: ['kysely'],
  esbuildPlugins: [shortenBundled, minifyPage],
  plugins: [shortenVariables],
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
});
