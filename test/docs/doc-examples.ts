import { readdirSync, readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The README and the pages of `docs/`, also those that are not in the package. */
export const docPages: readonly string[] = [
  'README.md',
  ...['docs', 'docs/background'].flatMap((folder) =>
    readdirSync(resolve(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** One TypeScript block of a page, as a program that a compiler can check. */
export interface DocExample {
  /** Such as `docs/webhooks.md:5`, the line where it begins. */
  readonly place: string;
  /** A name for its file, such as `webhooks-5.ts`. */
  readonly file: string;
  readonly program: string;
}

/** What a page takes for granted: the host's own names, and imports that an earlier block has shown. */
const hostOf = (page: string): string =>
  resolve(import.meta.dirname, 'hosts', `${basename(page, '.md').toLowerCase()}.ts`);

const names = (text: string): Set<string> => new Set(text.match(/[\w$]+/g));

/** The names that a host file has, by its own export lines. */
function exportedNames(host: string): readonly string[] {
  const text = readFileSync(host, 'utf8');
  const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = '']) => [...names(list)]);
  const declared = [...text.matchAll(/^export declare const (\w+)/gm)].map(([, name = '']) => name);
  return [...lists, ...declared];
}

function toProgram(block: string, page: string): string {
  // Where a page leaves something to the reader, there is nothing to check.
  const code = block.replaceAll('{ … }', '{}');
  const imports = code.match(/^import .*;$/gm) ?? [];
  const body = code.replace(/^import .*;$/gm, '');
  // Without the path, which can hold such a name too: `shopwright/queue`.
  const clauses = imports.map((line) => line.replace(/ from '.*/, ''));
  const [used, imported] = [names(body), names(clauses.join(' '))];
  const host = hostOf(page);
  const taken = exportedNames(host).filter((name) => used.has(name) && !imported.has(name));
  const head = [
    ...imports,
    ...(taken.length > 0 ? [`import { ${taken.join(', ')} } from ${JSON.stringify(host)};`] : []),
  ];
  // In a function, what a block declares hides the host's name for it.
  const isModule = /^(?:export|declare) /m.test(body);
  return [...head, isModule ? body : `export async function example(): Promise<void> {\n${body}\n}`, ''].join('\n');
}

/** Every TypeScript block of the README and of `docs/`. */
export function docExamples(): readonly DocExample[] {
  return docPages.flatMap((name) => {
    const page = resolve(root, name);
    const text = readFileSync(page, 'utf8');
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match): DocExample => {
      const line = text.slice(0, match.index).split('\n').length;
      return {
        place: `${relative(root, page)}:${line}`,
        file: `${basename(page, '.md').toLowerCase()}-${line}.ts`,
        program: toProgram(match[1] ?? '', page),
      };
    });
  });
}
