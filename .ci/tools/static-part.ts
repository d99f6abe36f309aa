// What an entry loads on import, as a bundler would ship it.
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './programs.ts';

/** An entry with everything that it imports statically, minified; code loaded with `import()` is separate. */
export interface StaticPart {
  readonly code: Buffer;
  readonly gzippedBytes: number;
  /** Its external imports: packages, and `node:` modules. */
  readonly packages: readonly string[];
}

/**
 * @param entry Path below the root of the project, such as `src/index.ts`.
 * @param packages Whether the code of packages is part of it; by default it is apart.
 */
export async function staticPartOf(entry: string, packages: 'bundle' | 'external' = 'external'): Promise<StaticPart> {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages,
    loader: { '.lua': 'text', '.html': 'text' },
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const wanted = new Set<string>();
  const imported = new Set<string>();
  const visit = (path: string): void => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (external) imported.add(next);
      else if (kind !== 'dynamic-import') visit(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) if (entryPoint === entry) visit(path);
  const files = outputFiles.filter(({ path }) => wanted.has(path.slice(root.length + 1)));
  const code = Buffer.concat(files.map(({ contents }) => contents));
  return { code, gzippedBytes: gzipSync(code, { level: 9 }).length, packages: [...imported] };
}
