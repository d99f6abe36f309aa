// @ts-nocheck
// The last step of the build: what the bundler of declarations leaves undone, file by file in `dist`.
//
// It takes a type from an entry that exports it on, so that a program which imports the root would read the types of
// Express handlers, zod and cockatiel too: three times as many files for `tsc` and for an editor. Here each type is taken
// from the file that declares it, and imports of nothing are left out.
//
// The types of `shopwright/testing` name msw, an optional peer; in a program without it that import is an error wherever
// `skipLibCheck` is off. Told to ignore it, TypeScript takes the type of `fake.handlers`, which such a program does not
// use, as unknown to it. tsup moves imports, so a comment in the source does not do.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './tools/programs.ts';

const dist = join(root, 'dist');
const files = new Map(
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file): [string, string] => [file.replaceAll('\\', '/'), readFileSync(join(dist, file), 'utf8')]),
);

/** A name of a file of `dist`, as it is exported there. */
interface Export {
  readonly file: string;
  readonly name: string;
}

const clause = /^(import|export)( type)? \{ ([^}]*) \} from '(\.[^']*)\.js';$/gm;
const ownExports = /^export (?:type )?\{ ([^}]*) \};$/gm;

const parts = (list: string): readonly (readonly [name: string, as: string])[] =>
  list.split(', ').map((part) => {
    const [name = '', as = name] = part.replace(/^type /, '').split(' as ');
    return [name, as];
  });
const fileOf = (from: string, specifier: string): string => posix.join(posix.dirname(from), `${specifier}.d.ts`);

/** Where a name that a file exports is declared. */
function declared({ file, name }: Export): Export {
  const text = files.get(file) ?? '';
  const imported = new Map<string, Export>();
  for (const [, word, , list = '', specifier = ''] of text.matchAll(clause)) {
    for (const [there, here] of parts(list)) {
      const found = { file: fileOf(file, specifier), name: there };
      if (word === 'import') imported.set(here, found);
      else if (here === name) return declared(found);
    }
  }
  for (const [, list = ''] of text.matchAll(ownExports)) {
    for (const [local, as] of parts(list)) {
      const found = as === name ? imported.get(local) : undefined;
      if (found) return declared(found);
    }
  }
  return { file, name };
}

/** The same imports and exports, each from the file that declares it. */
function direct(file: string, text: string): string {
  return text.replaceAll(clause, (_, word: string, type = '', list: string, specifier: string) => {
    const from = new Map<string, string[]>();
    for (const [name, as] of parts(list)) {
      const at = declared({ file: fileOf(file, specifier), name });
      const path = posix.relative(posix.dirname(file), at.file).replace(/\.d\.ts$/, '.js');
      const names = from.get(path) ?? [];
      from.set(path, [...names, at.name === as ? as : `${at.name} as ${as}`]);
    }
    return [...from]
      .map(
        ([path, names]) =>
          `${word}${type} { ${names.join(', ')} } from '${path.startsWith('.') ? path : `./${path}`}';`,
      )
      .join('\n');
  });
}

/** Without imports of nothing, and of what the text does not name. */
function needed(text: string): string {
  const isUnused = (line: string, names: string): boolean => {
    const rest = text.replace(line, '');
    return parts(names).every(([, as]) => !new RegExp(`\\b${as}\\b`).test(rest));
  };
  return text
    .replaceAll(/^import '[^']*';\n/gm, '')
    .replaceAll(/^import (?:type )?\{ ([^}]*) \} from '[^']*';\n/gm, (line, names: string) =>
      isUnused(line, names) ? '' : line,
    );
}

const ignoringMsw = (text: string): string =>
  text.replaceAll(/^import .* from 'msw';$/gm, (line) => `// @ts-ignore msw is an optional peer\n${line}`);

const written = [...files].map(([file, text]): [string, string] => [file, ignoringMsw(needed(direct(file, text)))]);
for (const [file, text] of written) if (text !== files.get(file)) writeFileSync(join(dist, file), text);
if (!written.some(([, text]) => text.includes('@ts-ignore msw')))
  throw new Error('No declaration imports msw any more: that part of this step of the build can go.');
