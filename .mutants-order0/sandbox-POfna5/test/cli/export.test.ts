// @ts-nocheck
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';

describe('shopwright export', () => {
  let folder: string;
  let fake: FakeShopify;
  let origin: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shopwright-export-'));
    fake = createFakeShopify({ bulk: { delayMs: 0 } });
    ({ origin } = await fake.listen());
    vi.stubEnv('SHOP_TOKEN', 'shpat_fake');
    const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch });
    for (const handle of ['one', 'two'])
      await shop.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }', {
        input: { title: handle, handle },
      });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (args: readonly string[]) => {
    const out: string[] = [];
    const errors: string[] = [];
    const bars: string[] = [];
    const code = await runShopwright(
      ['export', ...args, '--shop', 'demo', '--token-env', 'SHOP_TOKEN', '--origin', origin],
      {
        out: (line) => void out.push(line),
        error: (line) => void errors.push(line),
        bar: (line) => void bars.push(line),
        stop: new AbortController().signal,
      },
    );
    return { code, out, errors: errors.join('\n'), bars };
  };

  it('writes a file with the nodes of a query, and shows a bar', async () => {
    const query = join(folder, 'products.graphql');
    writeFileSync(query, '{ products { edges { node { handle id variants { edges { node { id } } } } } } }');
    const { code, errors, bars } = await run([query, '--out', join(folder, 'products.jsonl')]);
    expect(errors).toMatch(/^Operation gid:\/\/shopify\/BulkOperation\/\d+: continue with --resume \S+\n2 nodes in /);
    expect(code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['products.graphql', 'products.jsonl']);
    const rows = readFileSync(join(folder, 'products.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ handle }) => handle).sort()).toEqual(['one', 'two']);
    expect(rows[0].variants).toHaveLength(1);
    expect(bars.some((bar) => /^reading \[#{24}\] 100 %/.test(bar))).toBe(true);
  });

  it('prints rows, and those of an operation that was started before', async () => {
    const first = await run([
      'query ($q: String) { products(query: $q) { edges { node { handle } } } }',
      '--variables',
      '{"q":"handle:two"}',
      '--rows',
    ]);
    expect(first.out).toEqual(['{"handle":"two"}']);
    const [, operation = ''] = /Operation (\S+):/.exec(first.errors) ?? [];
    expect((await run(['--resume', operation])).out).toEqual(['{"handle":"two"}']);
    fake.bulk.disable('queries');
    expect((await run(['{ products { edges { node { handle } } } }', '--paginate'])).out).toHaveLength(2);
  });

  it('says what is wrong', async () => {
    expect((await run([])).errors).toMatch(/needs a query/);
    expect((await run(['{ shop { name } }'])).errors).toMatch(/no connection/);
    expect((await run(['missing.graphql'])).errors).toMatch(/missing\.graphql cannot be read \(ENOENT\)/);
    expect((await run(['{ products { edges { node { id } } } }', '--out', join(folder, 'no', 'file')])).errors).toMatch(
      /ENOENT/,
    );
    expect((await run(['{ products { edges { node { id } } } }', '--variables', '[]'])).errors).toMatch(
      /is no JSON object/,
    );
    expect((await run(['--help'])).out[0]).toMatch(/^shopwright export/);
  });
});
