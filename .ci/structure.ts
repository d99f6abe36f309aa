// Measures how src/ is divided into files, and fails if a figure exceeds its limit: `npm run -s structure`. Generated
// files and declarations do not count. `npm run layers` checks the layers.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { root } from './tools/programs.ts';

interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Files that it imports or exports from, types included. */
  readonly targets: ReadonlySet<string>;
  /** Its import lines with a relative path. */
  readonly relativeImports: number;
  /** The comment above the first statement. */
  readonly head: string;
}

const src = join(root, 'src');
const isIn = (path: string, folder: string): boolean => !relative(join(src, folder), path).startsWith('..');

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const targets = new Set<string>();
  let relativeImports = 0;
  for (const statement of statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier;
    if (!from || !ts.isStringLiteral(from) || !from.text.startsWith('.')) continue;
    targets.add(resolve(dirname(path), from.text));
    if (ts.isImportDeclaration(statement)) relativeImports += 1;
  }
  const head = text.slice(0, statements[0]?.getStart() ?? 0);
  return { path, lines: text.split('\n').length - 1, targets, relativeImports, head };
}

const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !/(^|[\\/])generated[\\/]/.test(file))
  .map((file) => readSource(join(src, file)));
const own = sources.filter(({ path }) => !isIn(path, 'testing') && !isIn(path, 'entries'));
const short = (path: string): string => relative(src, path).replaceAll('\\', '/');

/** Files that import each other, directly or indirectly: the strongly connected parts of the graph (Tarjan). */
function circles(files: readonly SourceFile[]): readonly string[] {
  const targetsOf = new Map(files.map(({ path, targets }) => [path, targets]));
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[] = [];
  const visit = (path: string): number => {
    const number = lowest.size;
    lowest.set(path, number);
    open.push(path);
    let low = number;
    for (const next of targetsOf.get(path) ?? []) {
      if (!lowest.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? low);
    }
    lowest.set(path, low);
    if (low === number) {
      const members = open.splice(open.indexOf(path));
      if (members.length > 1) found.push(members.map(short).sort().join(' + '));
    }
    return low;
  };
  for (const { path } of files) if (!lowest.has(path)) visit(path);
  return found;
}

interface Exports {
  readonly inRoot: number;
  /** Names without a doc comment. */
  readonly undocumented: readonly string[];
  /** Functions whose doc comment has no example. */
  readonly unshown: readonly string[];
}

/** The number of names that the root exports, and what is missing in the doc comments of all entries. */
function readExports(): Exports {
  const entries = [
    ...readdirSync(join(src, 'entries')).map((file) => join(src, 'entries', file)),
    join(src, 'index.ts'),
  ];
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const program = ts.createProgram(entries, ts.parseJsonConfigFileContent(config, ts.sys, root).options);
  const checker = program.getTypeChecker();
  const namesIn = (entry: string): readonly ts.Symbol[] => {
    const file = program.getSourceFile(entry);
    const symbol = file && checker.getSymbolAtLocation(file);
    return symbol ? checker.getExportsOfModule(symbol) : [];
  };
  const [undocumented, unshown] = [new Map<ts.Symbol, string>(), new Map<ts.Symbol, string>()];
  for (const name of entries.flatMap(namesIn)) {
    const meant = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name;
    if (meant.getDocumentationComment(checker).length === 0) undocumented.set(meant, name.name);
    if (!(meant.flags & ts.SymbolFlags.Value) || checker.getTypeOfSymbol(meant).getCallSignatures().length === 0)
      continue;
    if (!meant.getJsDocTags(checker).some((tag) => tag.name === 'example')) unshown.set(meant, name.name);
  }
  return {
    inRoot: namesIn(join(src, 'index.ts')).length,
    undocumented: [...undocumented.values()].sort(),
    unshown: [...unshown.values()].sort(),
  };
}

function onlyOneImporter(files: readonly SourceFile[]): readonly string[] {
  const importers = new Map<string, number>();
  for (const { targets } of files) for (const path of targets) importers.set(path, (importers.get(path) ?? 0) + 1);
  return files.map(({ path }) => path).filter((path) => importers.get(path) === 1);
}

const total = (files: readonly SourceFile[], of: 'lines' | 'relativeImports'): number =>
  files.reduce((sum, file) => sum + file[of], 0);
const ratio = (part: number, whole: number): number => Math.round((10 * part) / whole) / 10;
const percent = (part: number, whole: number): number => Math.round((100 * part) / whole);

const { inRoot, undocumented, unshown } = readExports();
const round = circles(sources);
const tooLong = sources
  .filter(({ lines, head }) => lines > 600 && !/one file/i.test(head))
  .map(({ path }) => short(path));

const figures: readonly (readonly [name: string, value: number, limit: number, names?: readonly string[]])[] = [
  ['files per 1,000 lines, without testing', ratio(1000 * own.length, total(own, 'lines')), 10.5],
  ['files under 30 lines, %', percent(sources.filter(({ lines }) => lines < 30).length, sources.length), 10],
  [
    'relative imports per 100 lines, without testing',
    ratio(100 * total(own, 'relativeImports'), total(own, 'lines')),
    4.2,
  ],
  ['files with exactly one importer, without testing, %', percent(onlyOneImporter(own).length, own.length), 20],
  ['files named types.ts', sources.filter(({ path }) => basename(path) === 'types.ts').length, 8],
  ['circles, types included', round.length, 0, round],
  ['names in the root entry', inRoot, 75],
  ['exported names without a doc comment', undocumented.length, 0, undocumented],
  ['exported functions without an example', unshown.length, 0, unshown],
  ['files over 600 lines whose head does not say why they are one file', tooLong.length, 0, tooLong],
];
for (const [name, value, limit, names = []] of figures) {
  console.log(`${value > limit ? '!!' : 'ok'} ${name}: ${value} (at most ${limit})`);
  for (const each of value > limit ? names : []) console.log(`     ${each}`);
}
if (figures.some(([, value, limit]) => value > limit)) process.exitCode = 1;
