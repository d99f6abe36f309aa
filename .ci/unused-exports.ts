// Fails if a file of src/ exports something that no other file imports: `npm run unused`. Tests, tools and benches
// count too. Entries are exempt as the package's exports, and generated files because they are generated as a whole.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { git, root } from './tools/programs.ts';

const files = git(['ls-files', '--cached', '--others', '--exclude-standard'])
  .split('\n')
  .filter((name) => /\.(m?ts|tsx|mjs|js)$/.test(name))
  .map((name) => join(root, name));

/** `path#name` of everything that any file imports or re-exports; `path#*` for a whole file. */
const used = new Set<string>();
const declared: { readonly file: string; readonly name: string }[] = [];

/** A type used in its own file may be part of another export's signature; only an unused value must not be exported. */
function isPartOfOthers(statement: ts.Statement, name: string, source: ts.SourceFile): boolean {
  const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return isType && (source.text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
}

function targetOf(file: string, from: string): string | undefined {
  if (!from.startsWith('.')) return undefined;
  return resolve(dirname(file), from).replace(/\.js$/, '.ts');
}

function read(file: string): void {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const use = (from: ts.Expression | undefined, names: readonly string[]): void => {
    const target = from && ts.isStringLiteralLike(from) ? targetOf(file, from.text) : undefined;
    for (const name of target ? names : []) used.add(`${target}#${name}`);
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
      use(
        statement.moduleSpecifier,
        named.map(({ name, propertyName }) => (propertyName ?? name).text),
      );
      if (bindings && ts.isNamespaceImport(bindings)) use(statement.moduleSpecifier, ['*']);
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (!exportClause || ts.isNamespaceExport(exportClause)) use(statement.moduleSpecifier, ['*']);
      else
        use(
          statement.moduleSpecifier,
          exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text),
        );
    } else if (
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    ) {
      const names = ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map(({ name }) => name)
        : 'name' in statement
          ? [statement.name as ts.Node | undefined]
          : [];
      for (const name of names)
        if (name && ts.isIdentifier(name) && !isPartOfOthers(statement, name.text, source))
          declared.push({ file, name: name.text });
    }
  }
  // `import('./x.ts')`, in a type or at run time: any name may be used.
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      use(node.arguments[0], ['*']);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      use(node.argument.literal as ts.StringLiteral, ['*']);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

for (const file of files) if (existsSync(file)) read(file);
const inScope = (file: string): boolean =>
  /^src[\\/](?!index\.ts|entries[\\/])(?!.*generated[\\/])/.test(relative(root, file));
const unused = declared.filter(
  ({ file, name }) => inScope(file) && !used.has(`${file}#${name}`) && !used.has(`${file}#*`),
);
for (const { file, name } of unused)
  console.log(`!! ${relative(root, file)}: ${name} is exported but not imported anywhere`);
if (unused.length === 0) console.log('no unused exports');
else process.exitCode = 1;
