// @ts-nocheck
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { schemaText } from '../../src/graphql/schema-file.ts';

// In a folder that finds the packages of this repository.
const cache = resolve(import.meta.dirname, '../../node_modules/.cache');
let folder = '';
beforeEach(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'upgrade-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A version to come, which lacks a topic and a field. */
const schemaOf2099 = (): string =>
  write(
    '2099-01.graphql',
    schemaText(generatedApiVersion)
      .replace(/^# Shopify Admin API \S+/, '# Shopify Admin API 2099-01')
      .replace('\n  TENDER_TRANSACTIONS_CREATE\n', '\n')
      .replace('\n  setupRequired: Boolean!', ''),
  );

async function upgrade(...args: readonly string[]): Promise<{ readonly code: number; readonly told: string }> {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line.replaceAll(/\S*upgrade-\w+\//g, ''));
  const terminal = { out: note, error: note, stop: new AbortController().signal, hasColours: false };
  const code = await runShopwright(['upgrade', ...args], terminal);
  return { code, told: lines.join('\n') };
}

describe('shopwright upgrade', () => {
  it('names the operations, topics and pins of a project that another version touches', async () => {
    write('src/shop.graphql', 'query Ready { shop { id setupRequired } }');
    write(
      'src/shop.ts',
      `export const options = { apiVersion: '2026-07' };
const on = { 'tender_transactions/create': pay, 'orders/create': note };
await fetch(\`https://\${shop}/admin/api/2025-10/shop.json\`);
const library = ApiVersion.July25;
const next = { apiVersion: '2099-01' };
`,
    );
    write('.env', 'SHOPIFY_API_VERSION=2026-04\n');
    write('shopify.app.toml', '[webhooks]\napi_version = "2026-01"\n');
    write(
      'node_modules/other/index.js',
      `export default { apiVersion: '2024-01', topic: 'tender_transactions/create' };`,
    );
    const schema = schemaOf2099();
    const { code, told } = await upgrade(
      ...['2099-01', '--schema', schema, '--sources', folder, '--documents', join(folder, 'src/*.graphql')],
    );
    expect(told.split('\n')).toEqual([
      'Ready: Shop.setupRequired is gone',
      '.env:1: pins 2026-04',
      'shopify.app.toml:2: pins 2026-01',
      'src/shop.ts:2: the topic tender_transactions/create is gone',
      'src/shop.ts:1: pins 2026-07',
      'src/shop.ts:3: pins 2025-10',
      'src/shop.ts:4: pins 2025-07',
      `${generatedApiVersion} → 2099-01: 7 to look at. Checked: operations, topics, pinned versions.`,
    ]);
    expect(code).toBe(2);
  }, 120_000);

  it('has nothing to say where nothing changes, and says what it could not check', async () => {
    write('src/hooks.ts', `export const topic = 'orders/create';`);
    expect(await upgrade(generatedApiVersion, '--sources', join(folder, 'src'))).toEqual({
      code: 0,
      told: `No .graphql files were found, so no operations were checked. Name them with --documents.
${generatedApiVersion} → ${generatedApiVersion}: nothing to do. Checked: topics, pinned versions.`,
    });
  });

  it.each([
    [[], 'names no version. Give one, such as: shopwright upgrade 2027-01'],
    [['2099-01'], '2099-01 is none that this package carries'],
    [['2099-01', '2099-04'], 'takes one version: what is 2099-04?'],
    [['--depth', '3'], "Unknown option '--depth'"],
    [[generatedApiVersion, '--sources', 'absent'], '--sources is absent, which cannot be read: ENOENT'],
  ])('refuses %o', async (args, message) => {
    expect(await upgrade(...args)).toEqual({ code: 1, told: expect.stringContaining(message) });
  });
});
