import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { shopWithColours } from '../sync/push/linked-shop.ts';

const csv = (rows: readonly string[]): string =>
  ['Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price', ...rows, ''].join('\n');

const tee = (title = 'Linen tee', small = '10.00') => [`tee,${title},Us,Size,S,TEE-S,${small}`, 'tee,,,,M,TEE-M,10.00'];

describe('shopwright plan, apply and rollback', () => {
  let folder: string;
  let fake: FakeShopify;
  let origin: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shopwright-cli-'));
    fake = createFakeShopify();
    ({ origin } = await fake.listen());
    vi.stubEnv('SHOP_TOKEN', 'shpat_fake');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  const run = async (args: readonly string[], answer?: boolean) => {
    const out: string[] = [];
    const errors: string[] = [];
    const code = await runShopwright(
      [...args, '--shop', 'demo', '--token-env', 'SHOP_TOKEN', '--origin', origin, '--db', join(folder, 'sync.db')],
      {
        out: (line) => void out.push(line),
        error: (line) => void errors.push(line),
        stop: new AbortController().signal,
        ...(answer !== undefined && { ask: async () => answer }),
      },
    );
    return { code, out: out.join('\n'), errors: errors.join('\n') };
  };

  const titles = () => fake.products().map(({ title }) => title);

  it('say what would change, change it, say that nothing is left, and undo it', async () => {
    const products = file('products.csv', csv(tee()));
    const planned = await run(['plan', products]);
    expect(planned).toMatchObject({ code: 2, errors: '' });
    expect(planned.out).toContain('+ tee');
    expect(titles()).toEqual([]);

    const applied = await run(['apply', products, '--yes']);
    expect(applied.code).toBe(2);
    expect(applied.out).toContain('1 created, 0 updated');
    expect(await run(['plan', products])).toMatchObject({ code: 0 });
    expect(await run(['apply', products, '--yes'])).toMatchObject({ code: 0 });

    const changed = file('products.csv', csv(tee('Cotton tee', '12.00')));
    const second = await run(['plan', changed]);
    expect(second.out).toContain('~ title: "Linen tee" → "Cotton tee"');
    expect(second.out).toContain('~ variant TEE-S price: "10" → "12"');
    const update = await run(['apply', changed, '--yes', '--json']);
    expect(titles()).toEqual(['Cotton tee']);
    const { runId } = JSON.parse(update.out) as { runId: string };
    expect(await run(['rollback', runId, '--dry-run'])).toMatchObject({ code: 2, out: 'Would be: 1 restored.' });
    expect(titles()).toEqual(['Cotton tee']);
    expect(await run(['rollback', runId])).toMatchObject({ code: 2, out: '1 restored.' });
    expect(titles()).toEqual(['Linen tee']);
    expect(await run(['rollback', runId])).toMatchObject({ code: 0, out: '1 unchanged.' });
  });

  it('find the metaobjects of linked options, and say by row and column which the shop does not have', async () => {
    const client = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
    await shopWithColours(client);
    const columns = 'Handle,Title,Option1 Name,Option1 Value,Option1 Linked To,Variant Price';
    const row = (colour: string) => `${colour},Shirt,Colour,${colour},product.metafields.custom.colour,10.00`;
    const products = file('products.csv', [columns, row('black'), row('mauve'), ''].join('\n'));
    const applied = await run(['apply', products, '--yes', '--skip-invalid']);
    expect(applied.code).toBe(1);
    expect(applied.errors).toContain(`${products}, row 3, Option1 Linked To: links the option to a metafield`);
    expect(fake.products()).toMatchObject([{ handle: 'black', variants: [{ title: 'Black' }] }]);
  });

  it('take the types of metafields from the shop, and say which it does not know', async () => {
    const columns = 'Handle,Title,Variant Price,Care (product.metafields.custom.care)';
    const products = file('products.csv', `${columns}\ntee,Tee,10.00,30 degrees\ncap,Cap,5.00,by hand\n`);
    const first = await run(['apply', products, '--yes']);
    expect(first.code).toBe(2);
    expect(first.errors.split('\n')[0]).toBe(
      `${products}, row 2, Care (product.metafields.custom.care): has no definition in the shop, so the type of its values is unknown: they are left out, here and in the rows below. Define it in the shop, or pass its type to readCsv in \`types\``,
    );
    const values = () =>
      fake.products().map(({ metafields }) => {
        const care = (metafields as readonly Record<string, unknown>[]).find(({ key }) => key === 'care');
        return care && [care['type'], care['value']];
      });
    expect(values()).toEqual([undefined, undefined]);

    const client = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', origin });
    await client.graphql(
      'mutation { metafieldDefinitionCreate(definition: { ownerType: PRODUCT, namespace: "custom", key: "care", name: "Care", type: "single_line_text_field" }) { userErrors { message } } }',
    );
    expect(await run(['apply', products, '--yes'])).toMatchObject({
      code: 2,
      errors: expect.not.stringContaining('Care'),
    });
    expect(values()).toEqual([
      ['single_line_text_field', '30 degrees'],
      ['single_line_text_field', 'by hand'],
    ]);
  });

  it('undo by one name what several applications did', async () => {
    await run(['apply', file('products.csv', csv(tee())), '--yes', '--run', 'monday']);
    const more = ['mug,Mug,Us,Title,Default Title,MUG,3.00'];
    const continued = await run(['apply', file('more.csv', csv(more)), '--yes', '--run', 'monday']);
    expect(continued.out).toContain('shopwright rollback monday');
    expect(titles()).toEqual(['Linen tee', 'Mug']);
    expect(await run(['rollback', 'monday'])).toMatchObject({ code: 2, out: '2 removed.' });
    expect(titles()).toEqual([]);
  });

  it('ask before anything is changed', async () => {
    const products = file('products.csv', csv(tee()));
    expect(await run(['apply', products])).toMatchObject({ code: 1 });
    expect(await run(['apply', products], false)).toMatchObject({ code: 1 });
    expect(titles()).toEqual([]);
    expect(await run(['apply', products], true)).toMatchObject({ code: 2 });
    expect(titles()).toEqual(['Linen tee']);
  });

  it('apply a plan that was saved, and no other text', async () => {
    const products = file('products.csv', csv(tee()));
    const plan = join(folder, 'plan.json');
    expect((await run(['plan', products, '--out', plan])).code).toBe(2);
    expect(readFileSync(plan, 'utf8')).not.toContain('shpat_');
    expect((await run(['apply', plan, '--yes'])).code).toBe(2);
    expect(titles()).toEqual(['Linen tee']);
    writeFileSync(plan, readFileSync(plan, 'utf8').replaceAll('Linen tee', 'Other tee'));
    expect(await run(['apply', plan, '--yes'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('was changed after'),
    });
  });

  it('delete no variant beyond what is allowed, and name it', async () => {
    await run(['apply', file('products.csv', csv(tee())), '--yes']);
    const fewer = file('products.csv', csv(tee().slice(0, 1)));
    const refused = await run(['apply', fewer, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('TEE-M');
    expect((await run(['apply', fewer, '--yes', '--max-deletes', '1'])).code).toBe(2);
    expect(fake.products()).toMatchObject([{ variants: [{ sku: 'TEE-S' }] }]);
  });

  it('stop at a product that is invalid, and push the others where that is asked for', async () => {
    const products = file('products.csv', csv([...tee(), 'mug,Mug,Us,Title,Default Title,MUG,on request']));
    const planned = await run(['plan', products]);
    expect(planned.code).toBe(1);
    expect(planned.errors).toContain('row 4, Variant Price');
    expect((await run(['apply', products, '--yes'])).code).toBe(1);
    expect(titles()).toEqual([]);
    expect((await run(['apply', products, '--yes', '--skip-invalid'])).code).toBe(1);
    expect(titles()).toEqual(['Linen tee']);
  });

  it('tell a product that was left because the shop has changed it too', async () => {
    await run(['apply', file('products.csv', csv(tee())), '--yes']);
    const edit =
      'mutation ($id: ID!) { productUpdate(product: { id: $id, title: "By hand" }) { userErrors { message } } }';
    await fetch(`${origin}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
      body: JSON.stringify({ query: edit, variables: { id: fake.products()[0]?.id } }),
    });
    const changed = file('products.csv', csv(tee('Cotton tee')));
    const left = await run(['apply', changed, '--yes']);
    expect(left).toMatchObject({ code: 1, out: expect.stringContaining('both sides changed it') });
    expect(titles()).toEqual(['By hand']);
    expect(await run(['apply', changed, '--yes', '--on-conflict', 'ours'])).toMatchObject({ code: 2 });
    expect(titles()).toEqual(['Cotton tee']);
  });

  it('say what stopped a run', async () => {
    await run(['apply', file('products.csv', csv(tee())), '--yes']);
    fake.faults.next('status-403', { operation: 'ProductFieldsUpdate' });
    const stopped = await run(['apply', file('products.csv', csv(tee('Cotton tee'))), '--yes']);
    expect(stopped.code).toBe(1);
    expect(stopped.errors).toContain('403');
  });

  it('delete nothing where the end of a file is missing', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, index) => `p${index},Product ${index},Us,Title,Default Title,P${index},1.00`,
    );
    await run(['apply', file('products.csv', csv(rows)), '--yes']);
    const whole = csv(rows);
    const cut = file('cut.csv', whole.slice(0, Math.floor(whole.length * 0.97)));
    const planned = await run(['apply', cut, '--yes']);
    expect(planned.code).toBe(1);
    expect(fake.products()).toHaveLength(30);
    expect(planned.errors).toContain('row');
  });

  it.each([
    [
      'in the middle of a row',
      (text: string) => text.slice(0, Math.floor(text.length * 0.97)),
      // The handle itself is cut: the row may have been one more of p28.
      /is incomplete.*: p28, p29$/m,
    ],
    [
      'between two rows',
      (text: string) => `${text.split('\n').slice(0, 30).join('\n')}\n`,
      /would delete 1 product: p29/,
    ],
  ])(
    'delete nothing where the end of a file is missing, %s, and name what seems to have left',
    async (_where, cut, names) => {
      const rows = Array.from(
        { length: 30 },
        (_, index) => `p${index},Product ${index},Us,Title,Default Title,P${index},1.00`,
      );
      await run(['apply', file('products.csv', csv(rows)), '--yes']);
      const damaged = file('cut.csv', cut(csv(rows)));
      for (const more of [[], ['--skip-invalid']]) {
        const applied = await run(['apply', damaged, '--yes', '--missing', 'delete', ...more]);
        expect(applied).toMatchObject({ code: 1, errors: expect.stringMatching(names) });
      }
      expect(fake.products()).toHaveLength(30);
    },
  );

  it('delete or archive what left the list, where that is said, and bring it back', async () => {
    await run(['apply', file('products.csv', csv([...tee(), 'mug,Mug,Us,Title,Default Title,MUG,3.00'])), '--yes']);
    const fewer = file('products.csv', csv(tee()));
    expect(await run(['plan', fewer])).toMatchObject({ code: 0 });
    const planned = await run(['plan', fewer, '--missing', 'delete']);
    expect(planned).toMatchObject({ code: 2, out: expect.stringContaining('- mug: no longer listed') });
    expect((await run(['apply', fewer, '--yes', '--missing', 'delete'])).errors).toContain('1 product: mug');
    expect(titles()).toEqual(['Linen tee', 'Mug']);

    const archived = await run(['apply', fewer, '--yes', '--missing', 'archive', '--max-products', '1', '--json']);
    expect(archived.code).toBe(2);
    expect(fake.products()).toMatchObject([{ status: 'ACTIVE' }, { status: 'ARCHIVED' }]);
    const { runId } = JSON.parse(archived.out) as { runId: string };
    expect(await run(['rollback', runId])).toMatchObject({ code: 2, out: '1 restored.' });

    const deleted = await run(['apply', fewer, '--yes', '--missing', 'delete', '--max-products', '1']);
    expect(deleted).toMatchObject({ code: 2, out: expect.stringContaining('0 updated, 1 deleted, 0 failed') });
    expect(titles()).toEqual(['Linen tee']);
    const undone = await run(['rollback', deleted.out.match(/rollback (\S+)/)?.[1] ?? '']);
    expect(undone).toMatchObject({
      code: 2,
      out: '1 recreated.',
      errors: expect.stringContaining('MUG was created again'),
    });
    expect(titles()).toEqual(['Linen tee', 'Mug']);
  });

  it('read JSON, and print it', async () => {
    const products = file(
      'products.json',
      JSON.stringify([{ localId: 'a', title: 'A', variants: [{ sku: 'A', price: 1 }] }]),
    );
    const { code, out } = await run(['plan', products, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ counts: { 'would-create': 1 }, products: [{ localId: 'a' }] });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a file that is not there', ['plan', '/nowhere.csv'], /ENOENT/],
    ['no file', ['plan'], /needs a file/],
    ['a word that is none', ['plan', 'x.csv', '--on-drift', 'mine'], /report, ours, theirs/],
    ['a fate that is none', ['plan', 'x.csv', '--missing', 'remove'], /keep, archive, delete/],
    ['no number', ['apply', 'x.csv', '--max-deletes', 'all'], /whole number/],
    ['an unknown option', ['plan', '--wat'], /--wat/],
    ['a run that nobody knows', ['rollback', 'nope'], /nope/],
    ['neither run nor product', ['rollback'], /needs a run, or --product with a local id/],
    ['a run and a product', ['rollback', 'r', '--product', 'tee'], /needs a run, or --product with a local id/],
    ['two runs', ['rollback', 'r', 's'], /takes one run, not 2/],
    ['two files', ['apply', 'x.csv', 'y.csv'], /takes one file, not 2/],
    ['a folder', ['plan', tmpdir()], /EISDIR/],
    ['to adopt by something else', ['plan', 'x.csv', '--adopt-by', 'title'], /handle, sku, barcode/],
    ['a run without a name', ['apply', 'x.csv', '--run', ''], /--run is empty/],
    [
      'an option of rollback with apply',
      ['apply', 'x.csv', '--yes', '--dry-run'],
      /--dry-run is not an option of apply/,
    ],
    ['an option of apply with rollback', ['rollback', 'r', '--yes'], /--yes is not an option of rollback/],
    ['an option of apply with plan', ['plan', 'x.csv', '--max-deletes=3'], /--max-deletes is not an option of plan/],
  ])('refuse %s', async (_what, args, message) => {
    expect(await run(args)).toMatchObject({ code: 1, errors: expect.stringMatching(message) });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a shop', ['--token-env', 'SHOP_TOKEN'], /--shop is missing/],
    ['the name of a variable', ['--shop', 'demo'], /--token-env is missing/],
    ['the token itself', ['--shop', 'demo', '--token-env', 'NOT_SET'], /NOT_SET, which is not set in the environment/],
  ])('refuse to start without %s, and make no database', async (_what, args, message) => {
    const errors: string[] = [];
    const db = join(folder, 'new.db');
    const code = await runShopwright(['plan', 'x.csv', '--db', db, ...args], {
      out: () => undefined,
      error: (line) => void errors.push(line),
      stop: new AbortController().signal,
    });
    expect([code, errors.join()]).toEqual([1, expect.stringMatching(message)]);
    expect(existsSync(db)).toBe(false);
  });

  it('name the file of a plan that cannot be written', async () => {
    const out = join(folder, 'no', 'plan.json');
    const planned = await run(['plan', file('products.csv', csv(tee())), '--out', out]);
    expect(planned).toMatchObject({ code: 1, errors: expect.stringContaining(`--out is ${out}`) });
    expect(planned.errors).toContain('ENOENT');
  });

  it('undo the last push of one product, or archive what a run created', async () => {
    await run(['apply', file('products.csv', csv(tee())), '--yes']);
    const changed = await run(['apply', file('products.csv', csv(tee('Cotton tee'))), '--yes', '--json']);
    expect(changed.code).toBe(2);
    expect(await run(['rollback', '--product', 'tee'])).toMatchObject({ code: 2, out: '1 restored.' });
    expect(titles()).toEqual(['Linen tee']);

    const mug = file('mug.csv', csv(['mug,Mug,Us,Title,Default Title,MUG,3.00']));
    const { runId } = JSON.parse((await run(['apply', mug, '--yes', '--json'])).out) as { runId: string };
    const undone = await run(['rollback', runId, '--archive-created', '--json']);
    expect(undone.code).toBe(2);
    expect(JSON.parse(undone.out)).toMatchObject({ counts: { failed: 0, partly: 0 } });
    expect(fake.products().find(({ title }) => title === 'Mug')).toMatchObject({ status: 'ARCHIVED' });
  });

  it('tell what a rollback leaves, for others changed it since', async () => {
    const products = file('products.csv', csv(tee()));
    await run(['apply', products, '--yes']);
    const changed = file('products.csv', csv(tee('Cotton tee', '12.00')));
    const { runId } = JSON.parse((await run(['apply', changed, '--yes', '--json'])).out) as { runId: string };
    const client = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', origin });
    await client.graphql(
      'mutation ($id: ID!) { productUpdate(product: { id: $id, title: "By hand" }) { userErrors { message } } }',
      { id: fake.products()[0]?.id },
    );
    const undone = await run(['rollback', runId]);
    expect(undone).toMatchObject({ code: 1, out: '1 partly.' });
    expect(undone.errors.split('\n')).toEqual(['tee: partly', '  product  title has changed since']);
    expect(titles()).toEqual(['By hand']);
  });

  it('say in exit code and JSON that a product was not pushed where the others need nothing', async () => {
    const invalid = 'mug,Mug,Us,Title,Default Title,MUG,on request';
    await run(['apply', file('products.csv', csv(tee())), '--yes']);
    const products = file('products.csv', csv([...tee(), invalid]));
    const applied = await run(['apply', products, '--yes', '--skip-invalid', '--json']);
    expect(applied.code).toBe(1);
    expect(JSON.parse(applied.out)).toMatchObject({ counts: { unchanged: 1 }, failed: [] });
  });

  it('tell products of a JSON file that are invalid, by their names', async () => {
    const products = file('products.json', JSON.stringify([{ localId: 'a', title: 'A', variants: [{ sku: 'A' }] }]));
    const planned = await run(['plan', products]);
    expect(planned.code).toBe(1);
    expect(planned.out).toContain('! a: variants[0].price');
    expect((await run(['apply', products, '--yes'])).errors).toContain('--skip-invalid');
  });

  it('tell what a record as a whole has, without the name of a column', async () => {
    const inventory = 'Handle,Title,Location,On hand\ntee,Linen tee,Depot,3\n';
    expect((await run(['plan', file('stock.csv', inventory)])).errors).toMatch(
      /stock\.csv, row 1: is an inventory file/,
    );
  });

  it('show how far a long run is', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => `p${at},Product ${at},Us,Title,Default Title,P${at},1.00`);
    const { errors } = await run(['apply', file('products.csv', csv(rows)), '--yes']);
    expect(errors.split('\n')).toEqual([3, 6, 9, 12, 15, 18, 21, 24].map((count) => `${count} of 25 products`));
  });

  it.each(['plan', 'apply', 'rollback'])('help with %s', async (command) => {
    const { code, out } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`shopwright ${command}`);
    expect(out).toContain('Exit code');
  });
});
