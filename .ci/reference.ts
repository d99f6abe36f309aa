// The reference of all entries, generated from their doc comments, as Markdown: `npm run reference` writes it to
// `docs/reference`. It is generated when needed and not committed: `api/` is what reviewers read.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './tools/programs.ts';

const out = join(root, 'docs/reference');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
};

/** The file of an entry without its extension, and the name that users import. */
const entries = Object.entries(exports)
  .filter(([, target]) => typeof target === 'object')
  .map(([path]) => ({
    file: path === '.' ? 'index' : `entries/${path.slice(2).replaceAll('/', '-')}`,
    name: `shopwright${path.slice(1)}`,
  }));

rmSync(out, { recursive: true, force: true });
const flags = {
  tsconfig: 'tsconfig.build.json',
  plugin: 'typedoc-plugin-markdown',
  out,
  name: 'shopwright',
  readme: 'none',
  outputFileStrategy: 'modules',
  hidePageHeader: 'true',
  hideBreadcrumbs: 'true',
  excludeExternals: 'true',
  excludePrivate: 'true',
  disableSources: 'true',
  // `npm run typecheck` does that.
  skipErrorChecking: 'true',
  logLevel: 'Error',
};
run(
  process.execPath,
  [
    join(root, 'node_modules/typedoc/bin/typedoc'),
    ...entries.flatMap(({ file }) => ['--entryPoints', `src/${file}.ts`]),
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
  ],
  { show: true },
);

// typedoc names an entry by its file.
const names = new Map(entries.map(({ file, name }) => [file, name]));
const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
for (const page of pages) {
  const text = readFileSync(join(out, page), 'utf8')
    .replace(/^# (\S+)$/m, (whole, file: string) => (names.has(file) ? `# ${names.get(file)}` : whole))
    .replaceAll(/\[([\w/-]+)\](?=\([\w/.-]+\.md\))/g, (whole, file: string) =>
      names.has(file) ? `[${names.get(file)}]` : whole,
    );
  writeFileSync(join(out, page), text);
}
console.log(`${pages.length - 1} pages for ${entries.length} entries in docs/reference`);
