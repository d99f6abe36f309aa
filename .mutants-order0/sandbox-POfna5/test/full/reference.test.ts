// @ts-nocheck
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { npm, root } from '../../.ci/tools/programs.ts';

const folder = join(root, 'docs/reference');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
};
const entries = Object.keys(exports)
  .filter((path) => !/schema|package\.json/.test(path))
  .map((path) => ({
    name: `shopwright${path.slice(1)}`,
    page: path === '.' ? 'index.md' : `entries/${path.slice(2).replaceAll('/', '-')}.md`,
  }));

beforeAll(() => void npm(['run', '--silent', 'reference']), 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(entries)('the reference has a page for $name, with an example for each function', ({ name, page }) => {
  const text = readFileSync(join(folder, page), 'utf8');
  expect(text.split('\n', 1)).toEqual([`# ${name}`]);
  const functions = (text.split(/^## /m).find((part) => part.startsWith('Functions\n')) ?? '').split(/^### /m).slice(1);
  const without = functions.filter((part) => !/^#{4,5} Examples?\n/m.test(part)).map((part) => part.split('\n', 1)[0]);
  expect(without).toEqual([]);
});

it('the reference leads to all of them', () => {
  const contents = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const { name, page } of entries) expect(contents).toContain(`[${name}](${page})`);
});
