// @ts-nocheck
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { shopifyCodegen } from 'shopwright/codegen';
import { createFakeShopify, type FakeShopify, type FakeShopifyOptions } from 'shopwright/testing';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { keyRules, schemaText } from '../../src/graphql/schema-file.ts';
import { ask } from '../testing/ask.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-schema-'));
const fakes: FakeShopify[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(fakes.splice(0).map((fake) => fake.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A fake that listens, and how its schema is pulled. */
async function shopToPull(options: FakeShopifyOptions = {}) {
  const fake = createFakeShopify(options);
  fakes.push(fake);
  const { origin } = await fake.listen();
  vi.stubEnv('PULL_TOKEN', 'shpat_fake');
  const file = join(folder, `${fakes.length}-${Math.random().toString(36).slice(2)}.graphql`);
  return {
    fake,
    file,
    pull: (...more: string[]) =>
      run('--origin', origin, '--shop', 'demo', '--token-env', 'PULL_TOKEN', '--out', file, ...more),
  };
}

async function run(...args: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await runShopwright(['schema', 'pull', ...args], {
    out: (line) => void out.push(line),
    error: (line) => void errors.push(line),
    stop: new AbortController().signal,
  });
  return { code, out, errors };
}

const definitionsOf = (text: string): string => text.slice(text.indexOf('\n\n'));

/** A version to come: a field fewer, and a mutation that now demands a key. */
const next = schemaText('2026-10')
  .replace('# Shopify Admin API 2026-10', '# Shopify Admin API 2027-01')
  .replace(/^# Keys required: /m, '# Keys required: tagsAdd ')
  .replace('\n  unitSystem: UnitSystem!', '');

// Each schema is 10 MB of JSON: on a busy machine that takes its time.
describe('shopwright schema pull', { timeout: 180_000 }, () => {
  it('writes the schema of the shop as the package has it', async () => {
    const { pull, file } = await shopToPull();
    const { code, out, errors } = await pull();
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(out).toEqual([expect.stringMatching(/^Wrote .*: Admin API 2026-10, 3\d\d\d types\.$/)]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^# Shopify Admin API 2026-10, without descriptions\. Made by "shopwright schema pull"\.\n/);
    expect(definitionsOf(text)).toBe(definitionsOf(schemaText('2026-10')));
    expect(keyRules(text)).toEqual(keyRules(schemaText('2026-10')));
    expect(text).not.toContain('demo');
    expect((await pull()).out).toEqual([expect.stringMatching(/^Unchanged /)]);
  });

  it('writes another version, and says where the shop served another than was asked for', async () => {
    const { pull, file } = await shopToPull();
    expect((await pull('--api-version', '2026-04')).code).toBe(0);
    expect(definitionsOf(readFileSync(file, 'utf8'))).toBe(definitionsOf(schemaText('2026-04')));
    const { code, errors } = await pull('--api-version', '2025-04');
    expect(code).toBe(0);
    expect(errors).toEqual(['demo.myshopify.com served 2026-01 in place of 2025-04: the file is of 2026-01.']);
    expect(readFileSync(file, 'utf8')).toContain('# Shopify Admin API 2026-01,');
  });

  it('makes types and a fake for a version that the package does not have', async () => {
    const source = join(folder, 'next.graphql');
    writeFileSync(source, next);
    const { pull, file } = await shopToPull({ schemas: [source] });
    expect((await pull('--api-version', '2027-01')).code).toBe(0);

    const again = createFakeShopify({ schemas: [file] });
    fakes.push(again);
    const asked = { path: '/admin/api/2027-01/graphql.json', query: '{ shop { unitSystem } }' };
    expect((await ask(again.fetch, asked)).json.errors[0].message).toContain("Field 'unitSystem' doesn't exist");

    const documents = join(folder, 'tags.graphqls');
    writeFileSync(documents, 'mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["a"]) { userErrors { message } } }');
    const config = { ...shopifyCodegen({ documents, output: `${folder}/out/`, schema: file }), silent: true };
    const code = async () => JSON.stringify(await generate(config, false));
    expect(await code()).toContain('@idempotent(key: $idempotencyKey)');
  });

  it('says what is wrong with a token, and never shows it', async () => {
    const { pull } = await shopToPull();
    vi.stubEnv('PULL_TOKEN', 'shpat_wrong_and_secret');
    const { code, errors } = await pull();
    expect(code).toBe(1);
    expect(errors.join('\n')).not.toContain('shpat_wrong_and_secret');
    expect(errors).toHaveLength(1);
  });

  it.each([
    [[], '--shop is missing'],
    [['--shop', 'demo'], '--out is missing'],
    [['--shop', 'demo', '--out', 'x'], '--token-env is missing'],
    [
      ['--shop', 'demo', '--out', 'x', '--token-env', 'NOT_THERE'],
      '--token-env is NOT_THERE, which the environment does not have',
    ],
    [['--shop', 'demo', '--out', 'x', '--token', 'y'], "Unknown option '--token'"],
    [['push'], 'schema knows no push'],
  ])('%o is refused: %s', async (args, message) => {
    const { code, errors } = await run(...args);
    expect(code).toBe(1);
    expect(errors.join('\n')).toContain(message);
  });

  it('says which file cannot be written, and what version does not exist', async () => {
    const { pull } = await shopToPull();
    const { code, errors } = await pull('--out', join(folder, 'no/such/folder.graphql'));
    expect([code, errors.join()]).toEqual([1, expect.stringContaining('which cannot be written (ENOENT)')]);
    expect((await pull('--api-version', '2026-11')).code).toBe(1);
  });

  it('shows its options', async () => {
    expect((await run('--help')).out.join('\n')).toContain('--token-env NAME');
  });
});

describe('a schema file for codegen', () => {
  it('is refused where it is something else', () => {
    const options = { documents: 'x', output: 'y/' };
    const wrong = join(folder, 'wrong.graphql');
    writeFileSync(wrong, 'type Query { id: ID }');
    for (const schema of [wrong, join(folder, 'absent.graphql')]) {
      expect(() => shopifyCodegen({ ...options, schema })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
  });
});
