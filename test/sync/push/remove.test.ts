import { formatPlan, groupVariants, parsePlan, parseRows, readCsv, serializePlan } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, stockUp, tee } from '../fake-shop.ts';

const list = (count: number): ProductDraftInput[] =>
  Array.from({ length: count }, (_, index) => tee(`p-${index}`, { tags: ['ours'] }));

const withoutTimes = (made: FakeSync) =>
  JSON.parse(
    JSON.stringify(made.fake.products(), (key, value: unknown) => (key === 'updatedAt' ? undefined : value)),
  ) as readonly Record<string, unknown>[];

const titles = ({ fake }: FakeSync): string[] => fake.products().map(({ title }) => String(title));

const mutations = ({ fake }: FakeSync): number =>
  fake.calls.filter(({ operation }) => /Remove|Update|Push/.test(operation ?? '')).length;

describe('a deletion by mistake', () => {
  const pushed = async (): Promise<FakeSync> => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(['1', '2', '12'].map((localId) => tee(localId))));
    return made;
  };

  it('is refused for a string instead of a list, whose letters could be ids', async () => {
    const made = await pushed();
    const before = JSON.stringify(made.fake.products());
    for (const remove of [made.sync.delete, made.sync.archive])
      await expect(made.clock.run(remove('12'))).rejects.toThrow(/localIds: is a single text: pass a list.*\["12"\]/);
    await expect(made.clock.run(made.sync.delete(undefined as never))).rejects.toThrow(/localIds: must be a list/);
    expect(JSON.stringify(made.fake.products())).toBe(before);
    expect((await made.clock.run(made.sync.delete(['12']))).counts.deleted).toBe(1);
  });

  it.each([
    [{ products: Number.NaN }, 'maxDeletes.products'],
    [{ variants: '20' }, 'maxDeletes.variants'],
    [{ variants: -1 }, 'maxDeletes.variants'],
    [{ product: 1 }, 'maxDeletes.product: is not an option. Did you mean maxDeletes.products?'],
    [20, 'maxDeletes: must be an object'],
  ])('is refused if maxDeletes is %o', async (maxDeletes, message) => {
    const made = await pushed();
    const options = { missing: 'delete', maxDeletes } as never;
    await expect(made.clock.run(made.sync.pushMany([tee('1')], options))).rejects.toThrow(message);
    const plan = await made.clock.run(made.sync.plan([tee('1')], { missing: 'delete' }));
    await expect(made.clock.run(made.sync.apply(plan, { maxDeletes } as never))).rejects.toThrow(message);
    expect(titles(made)).toHaveLength(3);
  });

  it.each([
    [{ tag: 'all' }, 'managed.tag: is not an option. Did you mean managed.tags?'],
    [{ tags: 'some' }, 'managed.tags: must be one of own, all'],
    ['all', 'managed: must be an object'],
  ])('is refused if managed is %o', async (managed, message) => {
    const { sync, clock } = fakeSync();
    const options = { managed } as never;
    for (const run of [
      () => sync.push(tee(), options),
      () => sync.pushMany([tee()], options),
      () => sync.plan([tee()], options),
    ])
      await expect(clock.run(run() as Promise<unknown>)).rejects.toThrow(message);
  });
});

describe('products that left the list', () => {
  const pushed = async (count = 5): Promise<FakeSync> => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(count)));
    await made.clock.advance(1_000);
    return made;
  };

  it('are kept by default', async () => {
    const made = await pushed();
    const summary = await made.clock.run(made.sync.pushMany(list(3)));
    expect(summary.counts).toMatchObject({ unchanged: 3, deleted: 0, archived: 0 });
    expect(titles(made)).toHaveLength(5);
  });

  it.each(['delete', 'archive'] as const)(
    'are named by the plan and the error, and kept if they exceed the limit (%s)',
    async (missing) => {
      const made = await pushed();
      const before = JSON.stringify(made.fake.products());
      const sent = mutations(made);
      const products = [{ ...tee('p-0'), title: 'New' }, ...list(3).slice(1)];
      for (const run of [
        () => made.sync.pushMany(products, { missing, maxDeletes: { products: 1 } }),
        () =>
          made.sync.pushMany(
            (async function* () {
              yield* products;
            })(),
            { missing },
          ),
        () =>
          made.sync.plan(products, { missing }).then((plan) => made.sync.apply(plan, { maxDeletes: { products: 1 } })),
      ]) {
        const error = await made.clock.run(run().catch((thrown: unknown) => thrown));
        expect(error).toMatchObject({
          code: 'VALIDATION_FAILED',
          message: expect.stringContaining(
            `would ${missing} 2 products: p-3, p-4. Allow it with maxDeletes: { products: 2 }`,
          ),
        });
      }
      expect(JSON.stringify(made.fake.products())).toBe(before);
      expect(mutations(made)).toBe(sent);
    },
  );

  it('are deleted up to the limit, with their records', async () => {
    const made = await pushed();
    const summary = await made.clock.run(
      made.sync.pushMany(list(3), { missing: 'delete', maxDeletes: { products: 2 } }),
    );
    expect(summary.counts).toMatchObject({ unchanged: 3, deleted: 2 });
    expect(titles(made).sort()).toEqual(['Tee p-0', 'Tee p-1', 'Tee p-2']);
    expect(await made.stores.records.get(domain, 'p-4')).toBeUndefined();
    const again = await made.clock.run(made.sync.pushMany(list(3), { missing: 'delete' }));
    expect(again.counts).toMatchObject({ unchanged: 3, deleted: 0 });
  });

  it('are archived once, and visible again when they are back in the list', async () => {
    const made = await pushed();
    const run = () => made.clock.run(made.sync.pushMany(list(3), { missing: 'archive', maxDeletes: { products: 2 } }));
    expect((await run()).counts).toMatchObject({ unchanged: 3, archived: 2 });
    const statuses = () => Object.fromEntries(made.fake.products().map(({ title, status }) => [title, status]));
    expect(statuses()).toMatchObject({ 'Tee p-2': 'ACTIVE', 'Tee p-3': 'ARCHIVED', 'Tee p-4': 'ARCHIVED' });
    const calls = made.fake.calls.length;
    expect((await run()).counts).toMatchObject({ unchanged: 3, archived: 0 });
    expect(made.fake.calls).toHaveLength(calls);
    const back = await made.clock.run(made.sync.pushMany(list(4)));
    expect(back.counts).toMatchObject({ unchanged: 3, updated: 1 });
    expect(statuses()).toMatchObject({ 'Tee p-3': 'ACTIVE', 'Tee p-4': 'ARCHIVED' });
    expect((await made.clock.run(made.sync.pushMany(list(4)))).counts).toMatchObject({ unchanged: 4 });
  });

  it('have a separate limit if they have stock', async () => {
    const made = await pushed();
    await stockUp(made, 'Tee p-4', 3);
    const push = (variantsWithStock: number) =>
      made.clock.run(
        made.sync
          .pushMany(list(3), { missing: 'delete', maxDeletes: { products: 2, variantsWithStock } })
          .catch((error: unknown) => error),
      );
    expect(await push(1)).toMatchObject({
      message: expect.stringContaining(
        'p-4 (6 in stock). Allow it with maxDeletes: { products: 2, variantsWithStock: 2 }',
      ),
    });
    expect(titles(made)).toHaveLength(5);
    expect(await push(2)).toMatchObject({ counts: { deleted: 2 } });
  });

  it('are in the plan, its text and its saved form, and kept if they have changed since', async () => {
    const made = await pushed();
    await stockUp(made, 'Tee p-4', 3);
    const plan = await made.clock.run(made.sync.plan(list(3), { missing: 'delete' }));
    expect(plan.counts).toMatchObject({ unchanged: 3, 'would-delete': 2 });
    expect(plan).toMatchObject({ calls: 2, points: 20 });
    const text = formatPlan(plan);
    expect(text).toContain('- p-3: no longer listed\n  - "Tee p-3", 2 variants, 1 image, permanently\n');
    expect(text).toContain('  - "Tee p-4", 2 variants, 1 image and 6 units in stock, permanently\n');
    expect(text).toContain(': 0 to create, 0 to update, 2 products to delete, 0 variants to delete, 3 unchanged; ');
    await stockUp(made, 'Tee p-3', 1);
    const maxDeletes = { products: 2, variantsWithStock: 2 };
    const summary = await made.clock.run(made.sync.apply(parsePlan(serializePlan(plan)), { maxDeletes }));
    expect(summary.counts).toMatchObject({ deleted: 1, outdated: 1 });
    expect(titles(made)).toContain('Tee p-3');
    const archiving = await made.clock.run(made.sync.plan(list(3), { missing: 'archive' }));
    expect(formatPlan(archiving)).toContain('~ p-3: no longer listed\n  ~ status: "ACTIVE" → "ARCHIVED"\n');
    expect(formatPlan(archiving)).toContain('1 product to archive');
  });

  it('do not include invalid drafts, which must have a local id', async () => {
    const made = await pushed(3);
    const invalid = [...list(2), { localId: 'p-2' }] as ProductDraftInput[];
    const options = { missing: 'delete', maxDeletes: { products: 9 } } as const;
    expect((await made.clock.run(made.sync.pushMany(invalid, options))).counts).toMatchObject({
      invalid: 1,
      deleted: 0,
    });
    const nameless = [...list(2), { title: 'Whose?' }] as unknown as ProductDraftInput[];
    for (const run of [
      () => made.sync.pushMany(nameless, options),
      () => made.sync.plan(nameless, { missing: 'delete' }),
    ])
      expect(await made.clock.run(run().catch((error: unknown) => error))).toMatchObject({
        message: expect.stringMatching(/1 of the products in the list has no local id/),
      });
    expect(titles(made)).toHaveLength(3);
  });

  describe('do not include products with an unreadable row', () => {
    const header = 'Handle,Title,Variant SKU,Variant Price';
    const rows = ['p-0,Tee p-0,p-0,1', 'p-1,Tee p-1,p-1,1'];
    const options = { missing: 'delete', maxDeletes: { products: 9 } } as const;
    const both = async (drafts: readonly ProductDraftInput[], made: FakeSync, more: object = {}) => {
      const plan = await made.clock.run(made.sync.plan(drafts, { missing: 'delete', ...more }));
      const { counts } = await made.clock.run(made.sync.pushMany(drafts, { ...options, ...more }));
      expect(plan.counts['would-delete']).toBe(counts.deleted);
      return counts.deleted;
    };
    const csv = async (...more: readonly string[]) =>
      (await readCsv([header, ...rows, ...more].join('\n'), { format: 'shopify' }).collect()).drafts;

    it.each([
      ['an unreadable price', 'p-2,Tee p-2,p-2,"1,5"'],
      ['no title', 'p-2,,p-2,1'],
      ['a handle and nothing else', 'p-2,,,'],
      ['a quote within quotes', 'p-2,"Tee "p-2"",p-2,1'],
    ])('such as %s: the product is kept, and the others are deleted', async (_what, row) => {
      const made = await pushed(4);
      expect(await both(await csv(row), made)).toBe(1);
      expect(titles(made).toSorted()).toEqual(['Tee p-0', 'Tee p-1', 'Tee p-2']);
    });

    it.each([
      ['names no product', ',,p-2,1', 'row 4 (line 4), column "Handle" is empty'],
      [
        'has a quote within quotes before its handle',
        '"p"2",Tee p-2,p-2,1',
        'row 4 (line 4), column "Handle" has a quote',
      ],
      ['opens a quote that is never closed', 'p-2,"Tee p-2,p-2,1', 'row 4 (line 4), column "Title" opens a quote'],
      ['is where the file was cut off', 'p-2,Tee p-2,p-', 'row 4 (line 4), column "Variant SKU" is incomplete'],
      ['was cut off within its handle', 'p', 'row 4 (line 4), column "Handle" is incomplete'],
    ])('and if a row without a readable name %s, nothing is removed', async (_what, row, told) => {
      const made = await pushed(4);
      const drafts = await csv(row);
      for (const run of [
        () => made.sync.pushMany(drafts, options),
        () => made.sync.plan(drafts, { missing: 'archive' }),
      ])
        expect(await made.clock.run(run().catch((error: unknown) => error))).toMatchObject({
          code: 'VALIDATION_FAILED',
          message: expect.stringContaining(told),
        });
      expect(titles(made)).toHaveLength(4);
      expect((await made.clock.run(made.sync.pushMany(drafts))).counts.failed).toBe(0);
    });

    it('in a mapped CSV, in JSON rows, and in lines that are not JSON', async () => {
      const made = await pushed(4);
      const mapping = {
        groupBy: 'id',
        product: { title: 'name' },
        variant: ({ sku, price }: Readonly<Record<string, string>>) => {
          if (!price) throw new Error('has no price');
          return { sku, price };
        },
      };
      const mapped = 'id,name,sku,price\np-0,Tee p-0,p-0,1\np-1,Tee p-1,p-1,1\np-2,Tee p-2,p-2,\n';
      const { drafts } = await readCsv(mapped, { format: mapping as never }).collect();
      expect(await both(drafts, made)).toBe(1);
      const cutOff = await readCsv(mapped.slice(0, -8), { format: mapping as never }).collect();
      await expect(made.clock.run(made.sync.pushMany(cutOff.drafts, options))).rejects.toThrow(/"name" is incomplete/);
      expect(titles(made)).toHaveLength(3);
      const lines = ['p-0', 'p-1', 'p-2'].map((id) => JSON.stringify({ id, name: `Tee ${id}`, sku: id, price: '1' }));
      const jsonl = [lines[0], lines[1]?.replace('"1"', '""'), '{"id": "p-2", '].join('\n');
      const { rows: read } = parseRows<Readonly<Record<string, string>>>(jsonl, { name: 'feed.jsonl' });
      const { products } = groupVariants(read, mapping);
      await expect(made.clock.run(made.sync.pushMany(products, options))).rejects.toThrow(/feed\.jsonl, line 3/);
      expect(titles(made)).toHaveLength(3);
      const one = groupVariants(read.slice(), mapping).products;
      expect(await both(one as ProductDraftInput[], made)).toBe(1);
      expect(titles(made).toSorted()).toEqual(['Tee p-0', 'Tee p-1']);
    });

    it('named in unreadable by a stream', async () => {
      const made = await pushed(4);
      const unreadable = new Set<string>();
      async function* stream() {
        const reading = readCsv(`${header}\n${rows.join('\n')}\np-2,Tee,p-2,x\n`, { format: 'shopify' });
        for await (const { draft, issues } of reading)
          if (issues.some(({ severity }) => severity === 'error')) unreadable.add(draft.localId);
          else yield draft;
      }
      expect(
        (await made.clock.run(made.sync.plan(stream(), { missing: 'delete', unreadable }))).counts['would-delete'],
      ).toBe(1);
      expect((await made.clock.run(made.sync.pushMany(stream(), { ...options, unreadable }))).counts.deleted).toBe(1);
      expect(titles(made).toSorted()).toEqual(['Tee p-0', 'Tee p-1', 'Tee p-2']);
    });
  });

  it('are kept if reading the list fails', async () => {
    const made = await pushed();
    async function* broken() {
      yield* list(3);
      throw new Error('connection lost');
    }
    const options = { missing: 'delete', maxDeletes: { products: 9 } } as const;
    for (const run of [
      () => made.sync.pushMany(broken(), options),
      () => made.sync.plan(broken(), { missing: 'delete' }),
    ])
      expect(await made.clock.run(run().catch((error: unknown) => error))).toEqual(new Error('connection lost'));
    const csv = `Handle,Title,Variant SKU,Variant Price\np-0,"Tee`;
    const reading = readCsv(csv, { format: 'shopify' });
    const drafts = (async function* () {
      for await (const { draft } of reading) yield draft as ProductDraftInput;
    })();
    expect(await made.clock.run(made.sync.pushMany(drafts, options).catch((error: unknown) => error))).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(titles(made)).toHaveLength(5);
  });

  it('are not accepted with an unknown value of missing', async () => {
    const { sync, clock } = fakeSync();
    const error = await clock.run(sync.plan([], { missing: 'remove' as 'delete' }).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('keep, archive, delete') });
  });
});

describe('deleting and archiving by name', () => {
  it('removes the named products, and reports each result', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(4)));
    const dry = await made.clock.run(made.sync.delete(['p-0', 'p-1'], { dryRun: true }));
    expect(dry.counts).toMatchObject({ 'would-delete': 2 });
    expect(titles(made)).toHaveLength(4);
    const summary = await made.clock.run(made.sync.delete(['p-0', 'p-1', 'p-0', 'other']));
    expect(summary.counts).toMatchObject({ deleted: 2, invalid: 1 });
    expect(summary.invalid).toMatchObject([{ localId: 'other', issues: [{ code: 'product-unknown' }] }]);
    expect((await made.clock.run(made.sync.archive(['p-2']))).counts).toMatchObject({ archived: 1 });
    expect(titles(made).sort()).toEqual(['Tee p-2', 'Tee p-3']);
    expect((await made.clock.run(made.sync.archive(['p-2']))).counts).toMatchObject({ unchanged: 1 });
  });

  it('sends nothing if it would lose more stock than allowed', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(2)));
    await stockUp(made, 'Tee p-1', 2);
    const fail = (run: Promise<unknown>) => made.clock.run(run.catch((error: Error) => error.message));
    expect(await fail(made.sync.delete(['p-0', 'p-1']))).toContain('p-1 (4 in stock)');
    expect(await fail(made.sync.archive(['p-0', 'p-1'], { maxDeletes: { products: 1 } }))).toContain('2 products');
    expect(titles(made)).toHaveLength(2);
    expect(made.fake.products()).toMatchObject([{ status: 'ACTIVE' }, { status: 'ACTIVE' }]);
  });

  it('treats a product that a merchant deleted as gone', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(1)));
    made.fake.store.delete(domain, 'Product', made.fake.products()[0]?.id ?? '');
    expect((await made.clock.run(made.sync.delete(['p-0']))).counts).toMatchObject({ unchanged: 1 });
    expect(await made.stores.records.get(domain, 'p-0')).toMatchObject({ status: 'deleted-in-shopify' });
  });

  it('records the error if Shopify refuses, and removes the product the next time', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(1)));
    made.fake.faults.next('status-403', { operation: 'ProductRemove' });
    const summary = await made.clock.run(made.sync.delete(['p-0']));
    expect(summary.counts).toMatchObject({ failed: 1 });
    expect((await made.stores.records.get(domain, 'p-0'))?.lastError).not.toBeNull();
    expect((await made.clock.run(made.sync.delete(['p-0']))).counts).toMatchObject({ deleted: 1 });
  });
});

describe('a rollback of removals', () => {
  const rich = tee('rich', {
    vendor: 'Us',
    productType: 'Shirts',
    tags: ['one', 'two'],
    seo: { title: 'For robots' },
    images: [{ url: 'https://cdn.example.com/a.jpg?token=1', alt: 'A' }, { url: 'https://cdn.example.com/b.jpg' }],
    metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
    variants: [
      { sku: 'R-S', price: '10.50', compareAtPrice: '12', options: { Size: 'S' }, barcode: '4006381333931' },
      {
        sku: 'R-M',
        price: '10',
        options: { Size: 'M' },
        inventoryItem: { cost: '4', tracked: true, weight: { value: 200, unit: 'GRAMS' } },
      },
    ],
  });

  it('restores the status of archived products', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany([...list(2), rich]));
    const before = withoutTimes(made);
    const { runId } = await made.clock.run(made.sync.pushMany([], { missing: 'archive', maxDeletes: { products: 3 } }));
    expect(made.fake.products().map(({ status }) => status)).toEqual(['ARCHIVED', 'ARCHIVED', 'ARCHIVED']);
    const report = await made.clock.run(made.sync.rollback({ runId }));
    expect(report.counts).toMatchObject({ restored: 3 });
    expect(withoutTimes(made)).toEqual(before);
    expect((await made.clock.run(made.sync.pushMany([...list(2), rich]))).counts).toMatchObject({ unchanged: 3 });
    const again = await made.clock.run(made.sync.plan([], { missing: 'archive' }));
    expect(again.counts).toMatchObject({ 'would-archive': 3 });
  });

  it('creates deleted products again from the journal, and reports their losses', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(rich));
    await made.clock.run(
      made.client.graphql('mutation ($id: ID!) { tagsAdd(id: $id, tags: ["theirs"]) { userErrors { message } } }', {
        id: made.fake.products()[0]?.id,
      }),
    );
    await stockUp(made, 'Tee rich', 7);
    const [before] = withoutTimes(made);
    const { runId } = await made.clock.run(made.sync.delete(['rich'], { maxDeletes: { variantsWithStock: 2 } }));
    expect(made.fake.products()).toEqual([]);
    const expected = { outcome: 'recreated', remade: ['R-S', 'R-M'], lost: ['stock of R-S: 7', 'stock of R-M: 7'] };
    const dry = await made.clock.run(made.sync.rollback({ runId }, { dryRun: true }));
    expect(dry.notable).toMatchObject([expected]);
    expect(made.fake.products()).toEqual([]);
    expect((await made.clock.run(made.sync.rollback({ runId }))).notable).toMatchObject([expected]);

    const [after] = withoutTimes(made);
    // Ids, times and stock differ, because the product is new.
    const comparable = (product: unknown): unknown =>
      JSON.parse(
        JSON.stringify(product, (key, value: unknown) =>
          /^(id|createdAt|publishedAt|inventoryQuantity|levels|image|url|originalSource)$/.test(key) ||
          /[iI]ds?$/.test(key)
            ? undefined
            : typeof value === 'string' && value.startsWith('gid:')
              ? 'gid'
              : value,
        ),
      );
    expect(comparable(after)).toEqual(comparable(before));
    expect(made.fake.products()[0]?.id).not.toBe(before?.['id']);

    expect((await made.clock.run(made.sync.rollback({ runId }))).counts).toMatchObject({ unchanged: 1, recreated: 0 });
    // Entries that a merchant had added still do not belong to the push.
    expect(await made.clock.run(made.sync.push(rich))).toMatchObject({ outcome: 'unchanged' });
    expect(made.fake.products()).toMatchObject([{ tags: expect.arrayContaining(['theirs']) }]);
  });

  it('creates nothing twice after an interruption, and nothing if the product was pushed again', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany(list(2)));
    const { runId } = await made.clock.run(made.sync.delete(['p-0', 'p-1']));
    await made.clock.run(made.sync.push(tee('p-1', { title: 'Back' })));
    made.fake.faults.next('reset-after', { operation: 'ProductPush' });
    const report = () => made.clock.run(made.sync.rollback({ runId }));
    const [first, second] = [await report(), await report()];
    expect(first.counts.recreated + second.counts.recreated).toBeGreaterThan(0);
    expect(second.counts).toMatchObject({ failed: 0 });
    expect(titles(made).sort()).toEqual(['Back', 'Tee p-0']);
  });
});
