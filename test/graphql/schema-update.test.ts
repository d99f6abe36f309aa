import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyRules, patchedSchema, schemaText } from '../../src/graphql/schema-file.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'shopwright-update-'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** `npm run schema` on a copy of the schemas. */
function update(...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'schema/update.ts'), ...args, '--into', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A future version: two fields fewer, one value more, and a mutation that now takes a key. */
const next = schemaText('2026-10')
  .replace('# Shopify Admin API 2026-10', '# Shopify Admin API 2027-01')
  .replace(/^# Keys required: /m, '# Keys required: tagsAdd ')
  .replace('\n  unitSystem: UnitSystem!', '')
  .replace('\n  setupRequired: Boolean!', '')
  .replace('\nenum ProductStatus {', '\nenum ProductStatus {\n  ABANDONED');

beforeAll(() => {
  cpSync(join(root, 'schema'), join(folder, 'schema'), { recursive: true });
  mkdirSync(join(folder, 'src/config/generated'), { recursive: true });
  mkdirSync(join(folder, 'src/graphql'), { recursive: true });
  writeFileSync(join(folder, 'next.graphql'), next);
  update('2027-01', '--from', join(folder, 'next.graphql'), '--drop', '2026-01');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run schema with a new version', () => {
  it('makes it the base, and turns the former base into a patch of it', () => {
    expect(readdirSync(join(folder, 'schema')).filter((name) => name.startsWith('admin-'))).toEqual([
      'admin-2026-04.patch',
      'admin-2026-07.patch',
      'admin-2026-10.patch',
      'admin-2027-01.graphql',
      'admin-2027-01.json',
    ]);
    const base = read('schema/admin-2027-01.graphql');
    const former = patchedSchema(base, read('schema/admin-2026-10.patch'));
    expect(former).toBe(schemaText('2026-10'));
    expect(patchedSchema(former, read('schema/admin-2026-07.patch'), read('schema/admin-2026-04.patch'))).toBe(
      schemaText('2026-04'),
    );
    expect(read('schema/admin-2026-10.patch').length).toBeLessThan(3_000);
    expect(base).toContain('  barcodes: [BarcodeInput!]');
    expect(keyRules(base).required).toContain('tagsAdd');
  });

  it('keeps the tables that the source does not contain', () => {
    const [before, after] = [join(root, 'schema/admin-2026-10.json'), join(folder, 'schema/admin-2027-01.json')].map(
      (file) => JSON.parse(readFileSync(file, 'utf8')),
    );
    expect(after).toEqual({ ...before, version: '2027-01' });
  });

  it('generates the code that needs it', () => {
    const versions = read('src/config/generated/api-versions.ts');
    expect(versions).toContain("['2027-01', '2026-10', '2026-07', '2026-04']");
    expect(versions).toContain("generatedApiVersion = '2027-01'");
    const keyed = read('src/graphql/keyed-mutations.ts');
    expect(keyed).toContain("['tagsAdd', '2027-01']");
    expect(keyed).toContain("['refundCreate', '2026-04']");
  });

  it('serves a fake', async () => {
    const fake = createFakeShopify({ schemas: [join(folder, 'schema/admin-2027-01.graphql')] });
    const response = await fake.fetch('https://demo.myshopify.com/admin/api/2027-01/graphql.json', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
      body: JSON.stringify({ query: '{ shop { name } }' }),
    });
    expect(response.headers.get('x-shopify-api-version')).toBe('2027-01');
    expect(await response.json()).toMatchObject({ data: { shop: { name: expect.any(String) } } });
  });

  it.each([[['2027-02', '--from', 'x']], [['2027-01']], [[]]])('prints its usage for %o', (args) => {
    expect(() => update(...args)).toThrow('Usage: npm run schema -- VERSION --from FILE|PACKAGE');
  });
});
