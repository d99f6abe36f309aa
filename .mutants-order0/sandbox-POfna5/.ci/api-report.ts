// @ts-nocheck
// The public API of each entry, as files to review: `npm run api` writes them to `api/`, `npm run api:check` fails where
// they are out of date, and where they changed since the base branch without a changeset. An entry's file lists what it
// exports in order of name, without comments, and then what those types are made of and nobody can import.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { git, root, run } from './tools/programs.ts';

/** The top-level statements of a declaration file that declare a name, and where the names that it imports are from. */
interface Declared {
  readonly statements: Map<string, ts.Statement[]>;
  readonly imports: Map<string, Place>;
  /** What it exports of other files or by a list, by the exported name. */
  readonly exports: Map<string, Place & { readonly isType: boolean }>;
}

interface Place {
  readonly file: string;
  readonly name: string;
}

interface Export {
  readonly name: string;
  readonly file: string;
  /** The name where it is declared. */
  readonly declared: string;
  readonly isType: boolean;
}

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false }, base: { type: 'string' } } });
const folder = join(root, 'api');

/** Entry → source, as `tsup.config.ts` builds them; the CLI has no types to import. */
function entrySources(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
  const paths = Object.entries(exports as Record<string, string | { types?: string }>);
  const named = paths.filter(([, target]) => typeof target === 'object' && target.types !== undefined);
  return new Map(
    named.map(([path]) => {
      const name = path.slice(2);
      return [name || 'index', join(root, 'src', name === '' ? 'index.ts' : `entries/${name.replace('/', '-')}.ts`)];
    }),
  );
}

/** The declarations of a source, by its path without the ending; made by TypeScript 7, without checks. */
const files = new Map<string, Declared>();

function emitDeclarations(): void {
  const out = mkdtempSync(join(tmpdir(), 'shopwright-api-'));
  try {
    const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--noCheck', '--rootDir', 'src'];
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    run(process.execPath, [tsc, '--project', 'tsconfig.build.json', ...flags, '--outDir', out]);
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.d.ts')) continue;
      const source = join(root, 'src', name.replace(/\.d\.ts$/, '.ts'));
      files.set(source, declaredIn(readFileSync(join(out, name), 'utf8'), source));
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function declaredIn(text: string, of: string): Declared {
  const statements: Declared['statements'] = new Map();
  const imports: Declared['imports'] = new Map();
  const exports: Declared['exports'] = new Map();
  const note = (name: string, statement: ts.Statement): void => {
    statements.set(name, [...(statements.get(name) ?? []), statement]);
  };
  for (const statement of ts.createSourceFile(of, text, ts.ScriptTarget.Latest, true).statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const from = statement.moduleSpecifier.text;
      const bindings = statement.importClause?.namedBindings;
      if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
      const file = resolve(dirname(of), from);
      for (const { name, propertyName } of bindings.elements)
        imports.set(name.text, { file, name: (propertyName ?? name).text });
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier, isTypeOnly } = statement;
      if (!exportClause && dirname(of).endsWith('entries')) throw new Error(`${of} exports by \`*\`: list the names`);
      if (!exportClause || !ts.isNamedExports(exportClause)) continue;
      const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
      for (const { name, propertyName, isTypeOnly: isType } of exportClause.elements) {
        const file = from.startsWith('.') ? resolve(dirname(of), from) : from || of;
        exports.set(name.text, { file, name: (propertyName ?? name).text, isType: isTypeOnly || isType });
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) note(name.text, statement);
    } else if ('name' in statement) {
      const { name } = statement as ts.Statement & { name?: ts.Node };
      if (name && ts.isIdentifier(name)) note(name.text, statement);
    }
  }
  return { statements, imports, exports };
}

const entries = entrySources();
emitDeclarations();

/** Where a name that a file exports is declared. */
function declarationOf({ file, name }: Place): Place {
  const declared = files.get(file);
  if (!declared || declared.statements.has(name)) return { file, name };
  const next = declared.exports.get(name);
  if (next && (next.file !== file || next.name !== name)) return declarationOf(next);
  const imported = declared.imports.get(name);
  if (imported) return declarationOf(imported);
  throw new Error(`${file} exports ${name}, which nothing declares`);
}

function exportsOf(entry: string): readonly Export[] {
  const listed = [...(files.get(entry)?.exports ?? [])];
  if (listed.length === 0) throw new Error(`${entry} exports nothing by a list`);
  return listed
    .map(([name, { isType, ...place }]) => {
      const { file, name: declared } = declarationOf(place);
      return { name, file, declared, isType };
    })
    .sort(byName);
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** A declaration without comments, `export` and `declare`. */
const printed = (statement: ts.Statement): string =>
  printer
    .printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
    .replace(/^(export )?(default )?(declare )?/, '');

const keyOf = (file: string, name: string): string => `${relative(root, file)}#${name}`;
const exported = new Map([...entries].map(([entry, source]) => [entry, exportsOf(source)]));
/** Where each exported thing is shown whole: in the entry with the shortest name that has it, `index` before all. */
const home = new Map<string, string>();
for (const entry of [...entries.keys()].sort(
  (one, other) =>
    Number(one !== 'index') - Number(other !== 'index') || one.length - other.length || (one < other ? -1 : 1),
)) {
  for (const { file, declared } of exported.get(entry) ?? []) {
    const key = keyOf(file, declared);
    if (!home.has(key)) home.set(key, entry);
  }
}

/** What a declaration refers to in this project, each with its file. */
function references(statement: ts.Statement, file: string): readonly Place[] {
  const declared = files.get(file);
  const found: Place[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && declared) {
      const from = declared.imports.get(node.text);
      if (from && files.has(from.file)) found.push(declarationOf(from));
      else if (declared.statements.has(node.text)) found.push({ file, name: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

const publicName = (entry: string): string => (entry === 'index' ? 'shopwright' : `shopwright/${entry}`);

function report(entry: string): string {
  const shown: string[] = [];
  const hidden = new Map<string, string>();
  const open: Place[] = [];
  for (const { name, file, declared, isType } of exported.get(entry) ?? []) {
    const at = home.get(keyOf(file, declared));
    const alias = name === declared ? '' : ` as ${name}`;
    if (at !== entry) {
      shown.push(`export ${isType ? 'type ' : ''}{ ${declared}${alias} } from '${publicName(at ?? '')}';`);
      continue;
    }
    const statements = files.get(file)?.statements.get(declared);
    // What another package declares is shown by its name only.
    if (!statements) shown.push(`export ${isType ? 'type ' : ''}{ ${declared}${alias} };`);
    for (const statement of statements ?? []) shown.push(`export ${printed(statement)}`);
    open.push({ file, name: declared });
  }
  const seen = new Set(open.map(({ file, name }) => keyOf(file, name)));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { file, name } = next;
    for (const statement of files.get(file)?.statements.get(name) ?? []) {
      for (const one of references(statement, file)) {
        const key = keyOf(one.file, one.name);
        if (seen.has(key)) continue;
        seen.add(key);
        if (home.has(key)) continue;
        open.push(one);
        const texts = files.get(one.file)?.statements.get(one.name) ?? [];
        hidden.set(`${one.name} ${key}`, texts.map(printed).join('\n'));
      }
    }
  }
  const parts = [...hidden].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  return [
    `# ${publicName(entry)}\n\nMade by \`npm run api\`. A change of this file is a change of the API: it needs a changeset.`,
    `\`\`\`ts\n${shown.join('\n')}\n\`\`\``,
    ...(parts.length === 0
      ? []
      : [`What these types are made of, and cannot be imported:\n\n\`\`\`ts\n${parts.join('\n')}\n\`\`\``]),
  ]
    .join('\n\n')
    .concat('\n');
}

const fileOf = (entry: string): string => `${entry.replace('/', '-')}.md`;
const reports = new Map([...entries.keys()].map((entry) => [fileOf(entry), report(entry)]));
const present = existsSync(folder) ? readdirSync(folder) : [];

if (values.write) {
  mkdirSync(folder, { recursive: true });
  for (const name of present) if (!reports.has(name)) rmSync(join(folder, name));
  for (const [name, text] of reports) writeFileSync(join(folder, name), text);
} else {
  const differs = [...new Set([...present, ...reports.keys()])].filter(
    (name) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== reports.get(name),
  );
  if (differs.length > 0) {
    console.error(
      `The API is not what api/ says: ${differs.join(', ')}. Run "npm run api", look at the diff, and commit it with a changeset.`,
    );
    process.exitCode = 1;
  }
  checkChangeset();
}

/** Fails where `api/` changed since the base and no changeset came with it. */
function checkChangeset(): void {
  const base = values.base ?? process.env['API_BASE'] ?? baseCommit();
  if (base === undefined) {
    console.log('!! NOT COMPARED: there is no commit to compare the API with');
    return;
  }
  const changed = (path: string, filter: string): string =>
    git(['diff', '--name-only', `--diff-filter=${filter}`, base, '--', path]).trim();
  // The first report of all is no change.
  if (git(['ls-tree', base, 'api']).trim() === '') return;
  const api = changed('api', 'AMDR');
  if (api !== '' && changed('.changeset/*.md', 'AM') === '') {
    console.error(`The API changed since ${base.slice(0, 12)}, and no changeset says so. Run "npx changeset":\n${api}`);
    process.exitCode = 1;
  }
}

/** Where the branch left the main one; on the main one, the commit before. */
function baseCommit(): string | undefined {
  const commitOf = (...args: string[]): string | undefined => {
    try {
      return git(args).trim();
    } catch {
      return undefined;
    }
  };
  const head = commitOf('rev-parse', 'HEAD');
  const branch = process.env['GITHUB_BASE_REF'] || 'main';
  for (const name of [`origin/${branch}`, branch]) {
    const left = commitOf('merge-base', 'HEAD', name);
    if (left !== undefined && left !== head) return left;
  }
  return commitOf('rev-parse', 'HEAD^');
}
