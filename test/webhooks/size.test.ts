import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** An entry with all that it imports before anything runs, minified; what it loads with `import()` is apart. */
async function staticPartOf(entry: string): Promise<{ readonly code: Buffer; readonly packages: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const wanted = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (external) packages.add(next);
      else if (kind !== 'dynamic-import') visit(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) if (entryPoint === entry) visit(path);
  const files = outputFiles.filter(({ path }) => wanted.has(path.slice(root.length + 1)));
  return { code: Buffer.concat(files.map(({ contents }) => contents)), packages: [...packages] };
}

test('shopwright/webhooks takes at most 5 KB, minified and gzipped, and no dependency', async () => {
  const { code, packages } = await staticPartOf('src/entries/webhooks.ts');
  expect(code.includes('createWebhookHandler')).toBe(true);
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(5_120);
});

test('what a handler loads besides has no dependency either', async () => {
  const { packages } = await staticPartOf('src/webhooks/ingest/accept.ts');
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
});
