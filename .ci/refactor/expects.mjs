/**
 * Proves that the restructuring has lost no assertion: every `expect` statement of the tests at the old commit is in
 * today's tests too, but for names. Statements may move between files; new ones are fine.
 *
 * `rename-map.json` says what is called otherwise now:
 *  - `files`, `names`: old → new. Identifiers, and string literals that are such a name as a whole.
 *  - `phrases`: old words → new words within strings, templates and regular expressions.
 *  - `calls`: old function → `{ "name": new function, "append": [source text of further arguments] }`.
 *
 * `expects-exceptions.json` lists what is gone on purpose: `[{ "expect", "reason" }]`, with the old statement
 * as this program prints it. An exception that explains nothing any more is reported too.
 *
 *     node .ci/refactor/expects.mjs [--files]    `--files` counts what is missing by file
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { oldCommit } from './old-commit.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = here('../../');
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });

const map = JSON.parse(readFileSync(here('rename-map.json'), 'utf8'));
const exceptions = JSON.parse(readFileSync(here('expects-exceptions.json'), 'utf8'));

/** Old and new spelling of one thing print as the same: whichever of them a statement has. */
const spelling = (() => {
  const canonical = new Map();
  const find = (name) => {
    let at = name;
    while (canonical.has(at) && canonical.get(at) !== at) at = canonical.get(at);
    return at;
  };
  for (const [old, now] of Object.entries({ ...map.files, ...map.names })) {
    const [from, to] = [find(old), find(now)];
    if (from !== to) canonical.set(from, to);
  }
  return find;
})();

const phrases = Object.entries(map.phrases ?? {}).sort(([left], [right]) => right.length - left.length);
const reworded = (text) => phrases.reduce((all, [old, now]) => all.replaceAll(old, now), text);
const literal = (text) => reworded(spelling(text));

const asToday = { spelling, literal, reworded, calls: map.calls ?? {} };
const same = (text) => text;
const asWritten = { spelling: same, literal: same, reworded: same, calls: {} };

/** A statement without its layout: its tokens, one blank apart. */
function print(node, source, { spelling, literal, reworded, calls }) {
  const tokens = [];
  const visit = (part) => {
    if (ts.isCallExpression(part) && ts.isIdentifier(part.expression) && calls[part.expression.text]) {
      const { name, append = [] } = calls[part.expression.text];
      tokens.push(spelling(name), '(');
      part.arguments.forEach((argument, at) => {
        if (at > 0) tokens.push(',');
        visit(argument);
      });
      for (const text of append) tokens.push(',', text.startsWith("'") ? JSON.stringify(text.slice(1, -1)) : text);
      tokens.push(')');
    } else if (ts.isIdentifier(part) && calls[part.text]) {
      // Handed over as a value.
      const { name, append = [] } = calls[part.text];
      tokens.push('(', 'error', ':', 'unknown', ')', '=>', spelling(name), '(', 'error');
      for (const text of append) tokens.push(',', text.startsWith("'") ? JSON.stringify(text.slice(1, -1)) : text);
      tokens.push(')');
    } else if (ts.isStringLiteral(part) || ts.isNoSubstitutionTemplateLiteral(part)) {
      tokens.push(JSON.stringify(literal(part.text)));
    } else if (
      ts.isRegularExpressionLiteral(part) ||
      ts.isTemplateHead(part) ||
      ts.isTemplateMiddleOrTemplateTail(part)
    ) {
      tokens.push(reworded(part.getText(source)));
    } else if (ts.isIdentifier(part) || ts.isPrivateIdentifier(part)) {
      tokens.push(spelling(part.text));
    } else {
      const parts = part.getChildren(source);
      if (parts.length === 0) {
        const text = part.getText(source);
        if (text !== '') tokens.push(text);
      }
      for (const child of parts)
        if (child.kind < ts.SyntaxKind.FirstJSDocNode || child.kind > ts.SyntaxKind.LastJSDocNode) visit(child);
    }
  };
  visit(node);
  const closing = new Set([')', ']', '}', undefined]);
  return tokens.filter((token, at) => !((token === ',' || token === ';') && closing.has(tokens[at + 1]))).join(' ');
}

const isExpect = (node) =>
  ts.isIdentifier(node)
    ? node.text === 'expect' || node.text === 'expectTypeOf' || node.text === 'assertType'
    : ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'expect' &&
      ['poll', 'soft', 'element'].includes(node.name.text);

/** Every `expect(…)` of a file with its whole chain, such as `await expect(a).rejects.toThrow(b)`. */
function expectsOf(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && isExpect(node.expression)) {
      let whole = node;
      for (;;) {
        const above = whole.parent;
        const isChain =
          (ts.isPropertyAccessExpression(above) && above.expression === whole) ||
          (ts.isCallExpression(above) && above.expression === whole);
        if (!isChain) break;
        whole = above;
      }
      if (ts.isAwaitExpression(whole.parent)) whole = whole.parent;
      const { line } = source.getLineAndCharacterOfPosition(whole.getStart(source));
      const written = () => print(whole, source, asWritten);
      found.push({ expect: print(whole, source, asToday), written, path, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isTest = (path) => /^(test|examples|bench)\/.*\.(ts|mts|mjs)$/.test(path);

/** The files of a commit with their text, by two calls of git. */
function filesOf(commit) {
  const entries = git('ls-tree', '-r', commit)
    .trimEnd()
    .split('\n')
    .map((line) => /^\d+ blob ([0-9a-f]+)\t(.*)$/.exec(line))
    .filter((match) => match && isTest(match[2]))
    .map(([, blob, path]) => ({ blob, path }));
  const input = entries.map(({ blob }) => blob).join('\n');
  const all = execFileSync('git', ['cat-file', '--batch'], { cwd: root, input, maxBuffer: 2 ** 28 });
  let at = 0;
  return entries.map(({ path }) => {
    const end = all.indexOf(10, at);
    const size = Number(all.toString('utf8', at, end).split(' ')[2]);
    const text = all.toString('utf8', end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    return { path, text };
  });
}

try {
  git('cat-file', '-e', `${oldCommit}^{commit}`);
} catch {
  console.error(`The commit ${oldCommit} is not in this clone. Fetch the whole history (git fetch --unshallow).`);
  process.exit(1);
}

const today = git('ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate')
  .trimEnd()
  .split('\n')
  .filter(isTest)
  .flatMap((path) => {
    try {
      return expectsOf(path, readFileSync(`${root}${path}`, 'utf8'));
    } catch (error) {
      // Deleted, and not committed yet.
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  });
const before = filesOf(oldCommit).flatMap(({ path, text }) => expectsOf(path, text));

/** Takes from `offered` whatever is in `wanted` too, by that key, and gives what was not found and what is left. */
function pair(wanted, offered, keyOf) {
  const byKey = Map.groupBy(offered, keyOf);
  const missing = wanted.filter((one) => byKey.get(keyOf(one))?.pop() === undefined);
  return { missing, left: [...byKey.values()].flat() };
}

const explained = new Map(exceptions.map((exception) => [exception.expect, { ...exception, uses: 0 }]));
// In its own file first, so that what is reported is near to what is gone; then in any.
const pathOf = (path) => map.files[path] ?? path;
const inPlace = pair(before, today, ({ path, expect }) => `${pathOf(path)} ${expect}`);
const anywhere = pair(inPlace.missing, inPlace.left, ({ expect }) => expect);
const missing = anywhere.missing.filter(({ written }) => {
  const exception = explained.get(written());
  if (exception) exception.uses += 1;
  return !exception;
});

for (const { written, path, line } of missing) console.error(`missing: ${path}:${line}\n  ${written()}`);
if (process.argv.includes('--files')) {
  const byFile = new Map();
  for (const { path } of missing) byFile.set(path, (byFile.get(path) ?? 0) + 1);
  for (const [path, count] of byFile) console.error(`${String(count).padStart(5)} ${path}`);
}
const wrong = exceptions.filter(({ expect, reason }) => !reason || explained.get(expect)?.uses === 0);
for (const { expect } of wrong) console.error(`exception without a use or a reason:\n  ${expect}`);

const uses = [...explained.values()].reduce((sum, exception) => sum + exception.uses, 0);
console.log(
  `expects: ${before.length} at ${oldCommit}, ${today.length} today; ${missing.length} missing, ${uses} explained`,
);
if (missing.length > 0 || wrong.length > 0) process.exit(1);
