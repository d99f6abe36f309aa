import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingKinds } from '../../src/cli/doctor/findings.ts';
import { docPages } from './doc-examples.ts';

const root = resolve(import.meta.dirname, '../..');
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');
const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...prose(textOf(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

describe.each(docPages)('%s', (page) => {
  const links = [...prose(textOf(page)).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link);

  it('links only to headings that exist, on pages that are in the package where it is in it', () => {
    // The index names what is in the repository only, and says so.
    const isPacked = !page.startsWith('docs/background/') && page !== 'docs/README.md';
    const published = (file: string): boolean =>
      (!isPacked || /^(?:README|SECURITY|CHANGELOG)\.md$|^docs\/[^/]+\.md$/.test(file)) && existsSync(join(root, file));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : relative(root, resolve(root, dirname(page), path)).replaceAll('\\', '/');
      return !published(file) || (anchor !== undefined && !anchorsOf(file).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('has paragraphs of at most 60 words', () => {
    const paragraphs = prose(textOf(page))
      .split(/\n(?:\s*\n|(?=- |\d+\. ))/)
      .filter((text) => !/^\s*(?:#|\||<!--)/.test(text));
    expect(paragraphs.filter((text) => text.trim().split(/\s+/).length > 60)).toEqual([]);
  });
});

it('README.md has at most 900 words', () => {
  expect(textOf('README.md').trim().split(/\s+/).length).toBeLessThanOrEqual(900);
});

it('docs/errors.md has every error code', () => {
  const [, union = ''] = /export type ErrorCode =([^;]+);/.exec(textOf('src/errors/base.ts')) ?? [];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(10);
  const page = textOf('docs/errors.md');
  expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
});

it('docs/doctor.md has a section and a row for each finding, with its severity', () => {
  const page = textOf('docs/doctor.md');
  const missing = Object.entries(findingKinds).filter(
    ([id, { severity }]) =>
      !anchorsOf('docs/doctor.md').has(id) || !page.includes(`| [\`${id}\`](#${id}) | ${severity}`),
  );
  expect(missing).toEqual([]);
  const rows = [...page.matchAll(/^\| \[`([a-z-]+)`\]/gm)].map(([, id = '']) => id);
  expect(rows).toEqual(Object.keys(findingKinds));
});
