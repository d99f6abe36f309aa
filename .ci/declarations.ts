// The last step of the build: completes the work of the declaration bundler, file by file in `dist`.
//
// The bundler imports a type from any entry that re-exports it, so a program that imports the root would also read the
// types of Express handlers, zod and cockatiel: three times as many files for `tsc` and for an editor. This step imports
// each type from the file that declares it, and removes empty imports.
//
// The types of `shopwright/testing` import msw, an optional peer; without it, that import is an error if `skipLibCheck` is
// off. An ignore comment makes the type of `fake.handlers`, which such a program does not use, unknown instead. tsup moves
// imports, so a comment in the source has no effect.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './tools/programs.ts';

const dist = join(root, 'dist');
const files = new Map(
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file): [string, string] => [file.replaceAll('\\', '/'), readFileSync(join(dist, file), 'utf8')]),
);

/** A name exported by a file in `dist`. */
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

/** Finds the declaration of a name that a file exports. */
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

/** Rewrites imports and exports to use the files that declare the names. */
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

/** Removes empty and unused imports. */
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
