import type { SyncRecordStore } from 'shopwright';
import {
  createProductSync,
  formatPlan,
  type PlannedProduct,
  parsePlan,
  type RunPlan,
  serializePlan,
} from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const sized = (sizes: readonly string[], more: object = {}) =>
  tee('tee-1', {
    images: [],
    variants: sizes.map((Size) => ({ sku: `T-${Size}`, price: '10', options: { Size } })),
    ...more,
  });

describe('a plan of a run', () => {
  const pushed = async (): Promise<FakeSync> => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany([sized(['S', 'M']), tee('tee-2')]));
    return made;
  };

  const rename = (made: FakeSync, title: string) =>
    made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!, $title: String!) { productUpdate(product: { id: $id, title: $title }) { userErrors { message } } }',
        { id: made.fake.products().find(({ title: known }) => known === 'Tee tee-1')?.id, title },
      ),
    );

  const products = [
    sized(['S'], { vendor: 'New' }),
    tee('tee-2'),
    tee('tee-3'),
    { localId: 'bad' } as ProductDraftInput,
  ];

  it('reports what would happen and what it costs, and changes nothing', async () => {
    const made = await pushed();
    const before = JSON.stringify(made.fake.products());
    const plan = await made.clock.run(made.sync.plan(products));
    expect(plan.counts).toMatchObject({ 'would-create': 1, 'would-update': 1, unchanged: 1, invalid: 1 });
    expect(plan.products.map(({ localId }) => localId).sort()).toEqual(['bad', 'tee-1', 'tee-3']);
    expect(plan).toMatchObject({ points: 43, calls: 3 });
    expect(JSON.stringify(made.fake.products())).toBe(before);
    const text = formatPlan(plan);
    expect(text).toContain('~ tee-1');
    expect(text).toMatch(/ {2}~ vendor: \S+ → "New"/);
    expect(text).toContain('  - variant T-M, permanently');
    expect(text).toContain('+ tee-3\n  + "Tee tee-3", 2 variants, 1 image\n');
    expect(text).toContain('! bad: title');
    expect(text.split('\n').at(-1)).toBe(
      'Plan for demo.myshopify.com: 1 to create, 1 to update, 1 variant to delete, 1 unchanged, 1 invalid; 43 points in 3 calls.',
    );
    expect(formatPlan(plan, { colours: true, limit: 1 })).toContain('… and 2 more products');
  });

  it('is applied from its reviewed text, and deletes only what is allowed', async () => {
    const made = await pushed();
    const text = serializePlan(await made.clock.run(made.sync.plan(products)));
    expect(text).not.toContain('shpat_');
    const refused = await made.clock.run(made.sync.apply(parsePlan(text)).catch((error: unknown) => error));
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('T-M') });
    expect(made.fake.products()).toHaveLength(2);
    const summary = await made.clock.run(made.sync.apply(parsePlan(text), { maxDeletes: { variants: 1 } }));
    expect(summary.counts).toMatchObject({ created: 1, updated: 1 });
    expect(made.fake.products()).toHaveLength(3);
  });

  it('is not applied to a product that has changed since', async () => {
    const made = await pushed();
    const plan = await made.clock.run(made.sync.plan([sized(['S', 'M'], { title: 'Ours' }), tee('tee-3')]));
    await rename(made, 'By hand');
    const summary = await made.clock.run(made.sync.apply(plan));
    expect(summary.counts).toMatchObject({ created: 1, outdated: 1, updated: 0 });
    expect(
      made.fake
        .products()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['By hand', 'Tee tee-2', 'Tee tee-3']);
  });

  it.each([
    ['ProductPush', 'a product that was being created'],
    ['ProductFieldsUpdate', 'a product with one changed part'],
  ])('continues after the process is killed after %s: %s', async (last) => {
    const made = await pushed();
    const text = serializePlan(await made.clock.run(made.sync.plan(products)));
    const options = { maxDeletes: { variants: 1 } };
    const isOver = (): boolean => made.fake.executed(last) > executedBefore;
    const executedBefore = made.fake.executed(last);
    // A killed process writes no records and sends no calls.
    const { records } = made.stores;
    const dying: SyncRecordStore = {
      ...records,
      putIf: async (record, version) => {
        if (isOver()) throw new Error('killed');
        return records.putIf(record, version);
      },
    };
    const { client, clock, fake } = made;
    const graphql = ((...call: Parameters<typeof client.graphql>) =>
      isOver() ? Promise.reject(new Error('killed')) : client.graphql(...call)) as typeof client.graphql;
    const sync = createProductSync({
      client: { ...client, graphql },
      stores: { ...made.stores, records: dying },
      clock,
      concurrency: 1,
    });
    await expect(clock.run(sync.apply(parsePlan(text), options))).rejects.toThrow('killed');
    const sent = () => fake.calls.filter(({ kind, executed }) => kind === 'mutation' && executed).length;
    const sentBefore = sent();

    const summary = await clock.run(made.sync.apply(parsePlan(text), options));
    expect(summary.counts).toMatchObject({ outdated: 0, failed: 0 });
    expect(sent() - sentBefore).toBe(last === 'ProductPush' ? 0 : 2);
    expect(fake.products().find(({ title }) => title === 'Tee tee-1')).toMatchObject({
      vendor: 'New',
      variants: [{ sku: 'T-S' }],
    });
    expect(fake.products()).toHaveLength(3);
    expect(await made.sync.health()).toMatchObject({ status: 'healthy', records: { synced: 3 } });
  });

  it('completes the record of a killed push if the products are planned again', async () => {
    const made = await pushed();
    const { client, clock, fake, stores } = made;
    const drafts = [sized(['S', 'M'], { vendor: 'New' }), tee('tee-2')];
    // The process is killed after Shopify made the change, and before the record is written.
    const graphql = (async (...call: Parameters<typeof client.graphql>) => {
      const response = await client.graphql(...call);
      return JSON.stringify(call[1] ?? {}).includes('"look"') ? new Promise(() => undefined) : response;
    }) as typeof client.graphql;
    void createProductSync({ client: { ...client, graphql }, stores, clock }).push(drafts[0] as ProductDraftInput);
    await clock.advance(1_000);
    expect(await stores.records.counts('demo.myshopify.com')).toMatchObject({ syncing: 1, synced: 1 });

    const plan = await clock.run(made.sync.plan(drafts));
    expect(plan.counts).toMatchObject({ unchanged: 2, 'would-update': 0 });
    expect(plan).toMatchObject({ points: 0, calls: 0, products: [{ localId: 'tee-1', plan: { changes: [] } }] });
    expect(formatPlan(plan)).toBe(
      '  tee-1: nothing to send\nPlan for demo.myshopify.com: 0 to create, 0 to update, 0 variants to delete, 2 unchanged; 0 points in 0 calls.',
    );
    const from = fake.calls.length;
    const { counts } = await clock.run(made.sync.apply(parsePlan(serializePlan(plan))));
    expect(counts).toMatchObject({ unchanged: 1, outdated: 0 });
    expect(fake.calls.slice(from).filter(({ kind }) => kind === 'mutation')).toEqual([]);
    expect(await stores.records.counts('demo.myshopify.com')).toMatchObject({ syncing: 0, synced: 2 });
    expect((await clock.run(made.sync.plan(drafts))).products).toEqual([]);
  });

  it('shows drifts and conflicts in one line each', async () => {
    const made = await pushed();
    await rename(made, 'By hand');
    const plan = await made.clock.run(made.sync.plan([sized(['S', 'M'], { vendor: 'New' })]));
    expect(formatPlan(plan)).toContain('? title: was "Tee tee-1", shop has "By hand", draft says "Tee tee-1"');
    const both = await made.clock.run(made.sync.plan([sized(['S', 'M'], { title: 'Ours' })]));
    expect(formatPlan(both)).toContain('! title: was "Tee tee-1", shop has "By hand", draft says "Ours"');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['text that is no JSON', () => '{', /not JSON/],
    ['JSON that is not a plan', () => '{"a":1}', /not a saved plan/],
    ['a plan of a newer release', (text) => text.replace('"format": 1', '"format": 2'), /format 2/],
    ['a plan that somebody edited', (text) => text.replace('"T-M"', '"T-X"'), /was changed after/],
  ])('is refused as %s', async (_what, change, message) => {
    const made = await pushed();
    const text = serializePlan(await made.clock.run(made.sync.plan(products)));
    expect(() => parsePlan(change(text))).toThrow(message);
  });

  it('is refused if it is for another shop', async () => {
    const made = await pushed();
    const plan = await made.clock.run(made.sync.plan([]));
    const error = await made.clock.run(
      made.sync.apply({ ...plan, shop: 'other.myshopify.com' }).catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('other.myshopify.com') });
  });
});

describe('a formatted plan', () => {
  const runPlan = (products: readonly PlannedProduct[], counts: RunPlan['counts'] = {}): RunPlan => ({
    shop: 'demo.myshopify.com',
    createdAt: 0,
    ...{ counts, products, points: 10, calls: 1 },
  });
  type Change = NonNullable<PlannedProduct['plan']>['changes'][number];
  type Difference = NonNullable<PlannedProduct['drifts']>[number];

  const change = (kind: Change['kind'], list: Change['list'], name: string, more: Partial<Change> = {}): Change => ({
    ...{ kind, list, key: name, name, fields: {} },
    ...more,
  });
  const updated = (...changes: readonly Change[]): PlannedProduct => ({
    localId: 'tee',
    outcome: 'would-update',
    plan: { localId: 'tee', gid: 'gid://shopify/Product/1', action: 'update', changes, drifts: [], conflicts: [] },
  });
  const linesOf = (product: PlannedProduct): string[] =>
    formatPlan(runPlan([product]))
      .split('\n')
      .slice(1, -1);
  const field = (from: Change['fields'][string]['from'], to: typeof from): Pick<Change, 'fields'> => ({
    fields: { value: { from, to } },
  });

  it.each<[string, Change, string]>([
    ['an added entry', change('add', 'tags', 'summer'), '+ tag summer'],
    ['a removed entry', change('remove', 'images', 'a.jpg'), '- image a.jpg'],
    ['a removed variant', change('remove', 'variants', 'T-S'), '- variant T-S, permanently'],
    [
      'a removed variant with stock',
      change('remove', 'variants', 'T-S', { stock: 4 }),
      '- variant T-S and 4 units in stock, permanently',
    ],
    ['a value of the product', change('update', 'product', '', field('a', 'b')), '~ value: "a" → "b"'],
    ['a value of an entry', change('update', 'metafields', 'x.y', field('1', '2')), '~ metafield x.y value: "1" → "2"'],
    ['a value that was empty', change('update', 'product', '', field(null, true)), '~ value: nothing → true'],
    ['a number that becomes zero', change('update', 'product', '', field(5, 0)), '~ value: 5 → 0'],
    [
      'options by their names',
      change(
        'update',
        'variants',
        'T-S',
        field(
          [['Size', 'S']],
          [
            ['Size', 'L'],
            ['Colour', 'Red'],
          ],
        ),
      ),
      '~ variant T-S value: Size: S → Size: L, Colour: Red',
    ],
    [
      'a long text cut off',
      change('update', 'product', '', field('x'.repeat(60), 'y'.repeat(61))),
      `~ value: "${'x'.repeat(60)}" → "${'y'.repeat(59)}…"`,
    ],
    [
      'a multi-line text on one line',
      change('update', 'product', '', field('a\nb', 'a "b"')),
      '~ value: "a\\nb" → "a \\"b\\""',
    ],
  ])('shows %s', (_what, given, line) => {
    expect(linesOf(updated(given))).toEqual([`  ${line}`]);
  });

  const entry = { list: 'images', key: 'a', name: 'a.jpg', field: null, base: null } as const;
  it.each<[string, Difference, string]>([
    ['removed', { ...entry, ours: null, theirs: undefined }, 'image a.jpg: was removed'],
    ['changed', { ...entry, ours: undefined, theirs: null }, 'image a.jpg: was changed'],
    [
      'emptied in one value',
      { ...entry, field: 'alt', base: 'A tee', ours: 'Our tee', theirs: null },
      'image a.jpg alt: was "A tee", shop has nothing, draft says "Our tee"',
    ],
    [
      'given a value that the last push did not send',
      { ...entry, field: 'alt', base: undefined, ours: undefined, theirs: 'Theirs' },
      'image a.jpg alt: was nothing, shop has "Theirs", draft says nothing',
    ],
  ])('shows what others have %s', (_what, given, line) => {
    expect(linesOf({ localId: 'tee', outcome: 'conflict', conflicts: [given], drifts: [given] })).toEqual([
      `  ! ${line} (both sides changed it)`,
      `  ? ${line} (changed in the shop)`,
    ]);
  });

  it('names each product, and why one was not planned', () => {
    const failed: PlannedProduct = { localId: 'mug', outcome: 'failed', problem: 'The shop did not respond.' };
    const blocked: PlannedProduct = { localId: 'jug', outcome: 'blocked', problem: 'not shown' };
    const nameless: PlannedProduct = {
      localId: undefined,
      outcome: 'invalid',
      issues: ['localId', 'title'].map((field) => ({
        ...{ field, code: `${field}-missing`, severity: 'error', message: 'is missing' },
      })),
    };
    const text = formatPlan(runPlan([failed, blocked, nameless], { failed: 1, blocked: 1, invalid: 1 }));
    expect(text.split('\n')).toEqual([
      '! mug: failed: The shop did not respond.',
      '! jug: blocked',
      '! (no local id): localId is missing',
      '! (no local id): title is missing',
      'Plan for demo.myshopify.com: 0 to create, 0 to update, 0 variants to delete, 0 unchanged, 1 blocked, 1 invalid, 1 failed; 10 points in 1 call.',
    ]);
  });

  it('colours each kind of line, and no other lines', () => {
    const lines = formatPlan(runPlan([updated(change('add', 'tags', 'a')), updated()]), { colours: true, limit: 1 });
    const [product, tag, more, summary] = lines.split('\n');
    expect(product).toBe('\u001b[33m~ tee\u001b[0m');
    expect(tag).toBe('\u001b[32m  + tag a\u001b[0m');
    expect(more).toBe('  … and 1 more product');
    expect(summary).toMatch(/^Plan for/);
  });

  it('is not applied if it deletes too much: the error names the variants, their stock and the limits to set', async () => {
    const { sync, clock } = fakeSync();
    const gone = (count: number, stock: number) =>
      runPlan([
        updated(...Array.from({ length: count }, (_, at) => change('remove', 'variants', `T-${at}`, { stock }))),
      ]);
    const messageOf = (plan: RunPlan, variants: number) =>
      clock.run(sync.apply(plan, { maxDeletes: { variants } }).catch(({ message }: Error) => message));
    expect(await messageOf(gone(22, 0), 21)).toMatch(
      /would delete 22 variants: T-0, .*T-19, and 2 more\. Allow it with maxDeletes: \{ variants: 22 \}/,
    );
    expect(await messageOf(gone(1, 7), 1)).toMatch(
      /would delete 1 variant: T-0 \(7 in stock\)\. Allow it with maxDeletes: \{ variants: 1, variantsWithStock: 1 \}/,
    );
  });
});
