// @ts-nocheck
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';

describe('shopwright import', () => {
  let folder: string;
  let fake: FakeShopify;
  let origin: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shopwright-import-'));
    fake = createFakeShopify({ bulk: { delayMs: 0 } });
    ({ origin } = await fake.listen());
    vi.stubEnv('SHOP_TOKEN', 'shpat_fake');
    const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch });
    for (const handle of ['mug', 'tee'])
      await shop.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }', {
        input: {
          ...{ title: handle, handle, vendor: handle === 'mug' ? 'Acme' : 'Us' },
          metafields: [
            { namespace: 'custom', key: 'care', type: 'single_line_text_field', value: `Wash the ${handle}` },
          ],
          productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
          variants: [
            {
              ...{ sku: handle, price: '9.90', barcode: '4006381333931' },
              optionValues: [{ optionName: 'Title', name: 'Default Title' }],
              ...(handle === 'tee' && { inventoryItem: { countryCodeOfOrigin: 'PT' } }),
            },
          ],
        },
      });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (command: string, args: readonly string[]) => {
    const out: string[] = [];
    const errors: string[] = [];
    const code = await runShopwright(
      [command, ...args, '--shop', 'demo', '--token-env', 'SHOP_TOKEN', '--origin', origin, '--db', join(folder, 'db')],
      {
        out: (line) => void out.push(line),
        error: (line) => void errors.push(line),
        stop: new AbortController().signal,
      },
    );
    return { code, out: out.join('\n'), errors: errors.join('\n') };
  };

  it.each(['bulk', 'pages'])(
    'writes a CSV that plans to nothing, and says what it has no column for (%s)',
    async (via) => {
      const file = join(folder, 'products.csv');
      expect(await run('import', [file, '--via', via])).toEqual({
        code: 2,
        errors: 'tee: a product CSV has no column for countryCodeOfOrigin',
        out: `2 products in ${file}: 2 with a new record, 0 with the one they had, 0 without. 0 gone, 0 invalid, 0 failed.`,
      });
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('care (product.metafields.custom.care)');
      expect(text).toContain('4006381333931');
      expect(await run('plan', [file, '--refresh'])).toMatchObject({
        ...{ code: 0, errors: expect.stringContaining('has no definition in the shop') },
      });
      expect(fake.products()).toHaveLength(2);
    },
  );

  it('writes drafts line by line, of a query too, and JSON for machines', async () => {
    const file = join(folder, 'products.jsonl');
    const { code, out } = await run('import', [file, '--query', 'vendor:Acme', '--record', 'none', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ counts: { read: 1, imported: 0, failed: 0 }, leftOut: 0 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ localId: 'mug', variants: [{ sku: 'mug' }] });
    expect(await run('import', ['--json'])).toMatchObject({ code: 0, errors: '' });
    expect(await run('plan', [file])).toMatchObject({ code: 0 });
  });

  it('says what was not imported, and leaves no half of a file', async () => {
    const taken = join(folder, 'no-folder', 'products.csv');
    expect(await run('import', [taken])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('cannot be written'),
    });
    vi.stubEnv('SHOP_TOKEN', 'shpat_other');
    expect((await run('import', [join(folder, 'products.csv')])).code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('products'))).toEqual([]);
  });

  it.each([
    [['products.xml'], 'products.xml is neither *.csv nor *.jsonl.'],
    [['a.csv', 'b.csv'], 'import takes one file, not 2.'],
    [['--record', 'some'], '--record is "some". Give one of new, all, none.'],
    [['--via', 'rest'], '--via is "rest". Give one of bulk, pages.'],
    [['--missing', 'delete'], "arguments: Unknown option '--missing'"],
  ])('refuses %j', async (args, message) => {
    const { code, errors } = await run('import', args);
    expect(code).toBe(1);
    expect(errors).toContain(message);
    expect(fake.calls.length).toBe(2);
  });

  it('shows its options', async () => {
    const { code, out } = await run('import', ['--help']);
    expect(code).toBe(0);
    expect(out).toContain('--record WHICH');
  });
});
