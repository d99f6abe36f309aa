// @ts-nocheck
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { docPages } from './doc-examples.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const evidence = 'docs/background/evidence.md';

const absolute =
  /\b(?:never|always|exactly once|guarantee\w*|every|loses? no\w*|nothing is lost|must not lose|cannot be lost|no \w+ (?:is|are) lost|misses no\w*|nothing (?:\w+ ){0,2}twice)\b/i;

/** Names of things, and how often something is done: no promises. */
const terms = /`[^`]*`|\bnever expires?\b|\bevery (?:five minutes|week)\b/g;

/** The sentences of a page, without the marks of Markdown. Headings and lists of contents only name what follows. */
function sentencesOf(page: string): readonly string[] {
  const prose = textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
  const lines = prose.split('\n').filter((line) => !/^(?:#|- \[[^\]]*\]\(#)/.test(line));
  return lines
    .map((line) => line.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('**', ''))
    .flatMap((line) => line.split(/(?<=[.:;!?])\s+|\s*\|\s*/))
    .map((sentence) => sentence.replace(/^- /, '').trim());
}

const rows = (textOf(evidence).split('## Absolute words\n\n')[1] ?? '')
  .split('\n')
  .filter((line) => /^\| (?:docs\/|README)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

it('each sentence with an absolute word has a test, and no others are listed', () => {
  const pages = [...docPages, 'SECURITY.md'].filter((page) => page !== evidence);
  const said = pages.flatMap((page) =>
    sentencesOf(page)
      .filter((sentence) => absolute.test(sentence.replaceAll(terms, '')))
      .map((sentence) => `${page}: ${sentence}`),
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.map(([page, sentence]) => `${page}: ${sentence}`).sort()).toEqual([...new Set(said)].sort());
});

it('each of those tests exists, by its name', () => {
  const missing = rows.filter(([, , file = '', name = '']) => {
    const path = file.replaceAll('`', '');
    return !existsSync(join(root, path)) || !textOf(path).includes(name);
  });
  expect(missing).toEqual([]);
});

it('each file that a page names as evidence exists', () => {
  const named = docPages.flatMap((page) =>
    [...textOf(page).matchAll(/`((?:test|bench|src|\.ci|\.github)\/[^`\s]*)`/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(30);
  expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
