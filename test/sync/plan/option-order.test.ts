import { createShopifyClient } from 'shopwright';
import { createProductSync, formatPlan, type ProductSync, type PushOptions, type PushResult } from 'shopwright/sync';
import type { Entity } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { beforeEach, describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

/** A product whose variants are listed as `S/Red M/Red …`. */
const shirt = (names: string, variants: string, more: object = {}): ProductDraftInput => {
  const options = names.split('/');
  return {
    ...{ localId: 'shirt', title: 'Shirt', options },
    variants: variants.split(' ').map((values) => ({
      sku: [...values.split('/')].sort().join('-'),
      price: '1',
      options: Object.fromEntries(values.split('/').map((value, index) => [options[index], value])),
    })),
    ...more,
  };
};

let made: FakeSync;

beforeEach(() => {
  made = fakeSync();
});

const push = async (product: ProductDraftInput, options: PushOptions = {}): Promise<PushResult> => {
  const result = await made.clock.run(made.sync.push(product, options));
  await made.clock.advance(1_000);
  return result;
};

interface Option {
  readonly id: string;
  readonly name: string;
  readonly optionValues: readonly { readonly id: string; readonly name: string }[];
}

const product = (): Entity => made.fake.products()[0] as Entity;

/** The options of the shop as `Size: S M; Colour: Red`. */
const options = (): string =>
  (product()['options'] as readonly Option[])
    .map(({ name, optionValues }) => `${name}: ${optionValues.map((value) => value.name).join(' ')}`)
    .join('; ');

const titles = (): string => (product()['variants'] as { title: string }[]).map(({ title }) => title).join(', ');

/** Makes a merchant's change in the admin. */
const ask = (query: string, variables: object = {}): Promise<unknown> =>
  made.clock.run(made.client.graphql(query, { id: product().id, ...variables }));

const reorder = (order: readonly object[]): Promise<unknown> =>
  ask(
    'mutation ($id: ID!, $order: [OptionReorderInput!]!) { productOptionsReorder(productId: $id, options: $order) { userErrors { code } } }',
    { order },
  );

const addVariant = (values: Readonly<Record<string, string>>): Promise<unknown> =>
  ask(
    'mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { code } } }',
    { variants: [{ optionValues: Object.entries(values).map(([optionName, name]) => ({ optionName, name })) }] },
  );

const writes = (from: number): readonly string[] =>
  made.fake.calls
    .slice(from)
    .flatMap(({ operation }) => (operation && !/Read|Ids|OptionOrder/.test(operation) ? [operation] : []));

const rollback = async () => {
  const report = await made.clock.run(made.sync.rollback({ localId: 'shirt' }));
  await made.clock.advance(1_000);
  return report;
};

const first = shirt('Size/Colour', 'S/Red S/Blue M/Red M/Blue');

describe('an order of options that the draft changes', () => {
  it.each([
    ['values', shirt('Size/Colour', 'M/Red M/Blue S/Red S/Blue'), 'Size: M S; Colour: Red Blue'],
    ['options', shirt('Colour/Size', 'Red/S Red/M Blue/S Blue/M'), 'Colour: Red Blue; Size: S M'],
    ['both', shirt('Colour/Size', 'Blue/M Blue/S Red/M Red/S'), 'Colour: Blue Red; Size: M S'],
  ])('is applied to %s in one call, and keeps all ids', async (_what, changed, expected) => {
    await push(first);
    const before = product();
    const seen = made.fake.calls.length;
    expect((await push(changed)).outcome).toBe('updated');
    expect(options()).toBe(expected);
    expect(titles()).toBe(changed.variants.map((one) => Object.values(one.options ?? {}).join(' / ')).join(', '));
    expect(writes(seen)).toEqual(['ProductOptionsReorder']);
    const ids = (of: Entity) =>
      (of['variants'] as { id: string; sku: string }[]).map(({ id, sku }) => `${sku} ${id}`).sort();
    expect(ids(product())).toEqual(ids(before));
    expect(await push(changed, { refresh: true })).toEqual({
      outcome: 'unchanged',
      localId: 'shirt',
      gid: product().id,
    });
  });

  it('appears in the plan, with its points', async () => {
    await push(first);
    const plan = await made.clock.run(made.sync.plan([shirt('Colour/Size', 'Red/S Blue/S Red/M Blue/M')]));
    expect(formatPlan(plan).split('\n').slice(0, 2)).toEqual(['~ shirt', '  ~ order of options']);
    expect(plan).toMatchObject({ calls: 1, points: 10 });
  });

  it('is not sent if the draft only lists its variants in another order', async () => {
    await push(shirt('Size/Colour', 'S/Red M/Red M/Blue'));
    const seen = made.fake.calls.length;
    await push(shirt('Size/Colour', 'S/Red M/Blue M/Red'));
    expect(writes(seen)).toEqual(['ProductVariantsReorder']);
    expect(titles()).toBe('S / Red, M / Blue, M / Red');
  });

  it.each([
    ['options', shirt('Size/Colour', 'M/Red M/Blue S/Red S/Blue')],
    ['variants', shirt('Size/Colour', 'S/Red M/Red S/Blue M/Blue')],
    ['variants beside new options', shirt('Size/Colour', 'M/Red S/Blue M/Blue S/Red')],
  ])('is recognised as our own change by its webhook (%s)', async (_what, changed) => {
    await push(first);
    await made.clock.run(made.sync.push(changed));
    const { id, updatedAt } = product();
    expect(Date.parse(String(updatedAt))).toBe(made.clock.now());
    const payload = { admin_graphql_api_id: id, updated_at: updatedAt };
    const webhook = { topic: 'products/update', shop: domain, payload };
    expect(await made.clock.run(made.sync.applyWebhook(webhook))).toBe('not-newer');
  });

  it('keeps variants in the order of the draft, regardless of the order of options', async () => {
    await push(first);
    await push(shirt('Size/Colour', 'M/Red S/Blue M/Blue S/Red'));
    expect([options(), titles()]).toEqual(['Size: M S; Colour: Red Blue', 'M / Red, S / Blue, M / Blue, S / Red']);
  });

  it('puts a new value in its place between the others', async () => {
    await push(shirt('Size', 'S L'));
    await push(shirt('Size', 'S M L'));
    expect([options(), titles()]).toEqual(['Size: S M L', 'S, M, L']);
  });

  it('is not sent if a value is only added at the end', async () => {
    await push(shirt('Size', 'S M'));
    const seen = made.fake.calls.length;
    await push(shirt('Size', 'S M L XL'));
    expect(options()).toBe('Size: S M L XL');
    expect(writes(seen)).toEqual(['ProductVariantsCreate']);
  });

  it('is applied together with changed names', async () => {
    await push(first);
    const [s, m] = (product()['options'] as readonly Option[])[0]?.optionValues ?? [];
    const renamed: ProductDraftInput = {
      ...first,
      options: ['Farbe', 'Size'],
      variants: ['M-Red', 'Blue-M', 'Red-S', 'Blue-S'].map((sku) => ({
        ...{ sku, price: '1' },
        options: { Farbe: sku.includes('Red') ? 'Rot' : 'Blue', Size: sku.includes('M') ? 'Medium' : 'S' },
      })),
    };
    const plan = await made.clock.run(made.sync.plan([renamed]));
    expect(formatPlan(plan)).toContain('~ order of options');
    expect((await push(renamed)).outcome).toBe('updated');
    expect(options()).toBe('Farbe: Rot Blue; Size: Medium S');
    const after = (product()['options'] as readonly Option[])[1]?.optionValues ?? [];
    expect(after.map(({ id }) => id)).toEqual([m?.id, s?.id]);
    expect((await push(renamed, { refresh: true })).outcome).toBe('unchanged');
    expect((await rollback()).counts.restored).toBe(1);
    expect([options(), titles()]).toEqual(['Size: S M; Colour: Red Blue', 'S / Red, S / Blue, M / Red, M / Blue']);
  });

  it('does not move entries that a merchant added', async () => {
    await push(shirt('Size', 'S M L'));
    await addVariant({ Size: 'Giant' });
    await reorder([{ name: 'Size', values: [{ name: 'S' }, { name: 'Giant' }] }]);
    expect(titles()).toBe('S, Giant, M, L');
    expect((await push(shirt('Size', 'L S M'))).outcome).toBe('updated');
    expect([options(), titles()]).toEqual(['Size: L S Giant M', 'L, S, Giant, M']);
    await rollback();
    expect([options(), titles()]).toEqual(['Size: S Giant M L', 'S, Giant, M, L']);
  });

  it('is undone by a rollback', async () => {
    await push(first);
    await push(shirt('Colour/Size', 'Blue/M Blue/S Red/M Red/S Red/L'));
    expect(options()).toBe('Colour: Blue Red; Size: M S L');
    expect((await rollback()).counts.restored).toBe(1);
    expect([options(), titles()]).toEqual(['Size: S M; Colour: Red Blue', 'S / Red, S / Blue, M / Red, M / Blue']);
    expect((await push(first, { refresh: true })).outcome).toBe('unchanged');
  });

  it('keeps a value that a merchant renamed when a rollback renames the option', async () => {
    await push(shirt('Size', 'S M'));
    const [size] = product()['options'] as readonly Option[];
    await ask(
      'mutation ($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueUpdateInput!]) { productOptionUpdate(productId: $id, option: $option, optionValuesToUpdate: $values) { userErrors { code } } }',
      { option: { id: size?.id }, values: [{ id: size?.optionValues[0]?.id, name: 'Small' }] },
    );
    const renamed = shirt('Fit', 'S M');
    expect(await push(renamed)).toMatchObject({ outcome: 'updated', conflicts: [{ field: 'options' }] });
    expect(options()).toBe('Fit: Small M');
    expect((await rollback()).counts.failed).toBe(0);
    expect(options()).toBe('Size: Small M');
  });

  describe('with an option that a merchant renamed', () => {
    const rename = (name: string) =>
      ask(
        'mutation ($id: ID!, $option: OptionUpdateInput!) { productOptionUpdate(productId: $id, option: $option) { userErrors { code } } }',
        { option: { id: (product()['options'] as readonly Option[])[0]?.id, name } },
      );

    it.each([
      ['is added', shirt('Size', 'S L M'), 'Fit: S L M'],
      ['is removed', shirt('Size', 'S'), 'Fit: S M'],
      ['is added and another removed', shirt('Size', 'S XL'), 'Fit: S M XL'],
    ])('keeps the name if a variant %s', async (_what, changed, expected) => {
      await push(shirt('Size', 'S M'));
      await rename('Fit');
      const before = [options(), titles()];
      const told = [expect.objectContaining({ key: 'S', field: 'options', theirs: [['Fit', 'S']] })];
      const limits = { maxDeletes: { variants: 1 } };
      expect(await push(changed, limits)).toMatchObject({ outcome: 'updated', drifts: expect.arrayContaining(told) });
      expect(options()).toBe(expected);
      const again = await push(changed, { refresh: true });
      expect(again).toMatchObject({ outcome: 'unchanged', drifts: expect.arrayContaining(told) });
      expect((await rollback()).counts.restored).toBe(1);
      expect([options(), titles()]).toEqual(before);
    });
  });

  it('keeps an option that a merchant added, and gives new variants its first value', async () => {
    await push(shirt('Size', 'S M'));
    await ask(
      'mutation ($id: ID!, $options: [OptionCreateInput!]!) { productOptionsCreate(productId: $id, options: $options) { userErrors { code } } }',
      { options: [{ name: 'Cut', values: [{ name: 'Slim' }] }] },
    );
    expect(await push(shirt('Size', 'S M L'))).toMatchObject({
      outcome: 'updated',
      drifts: [{ key: 'S' }, { key: 'M' }],
    });
    expect([options(), titles()]).toEqual(['Size: S M L; Cut: Slim', 'S / Slim, M / Slim, L / Slim']);
    expect((await rollback()).counts.restored).toBe(1);
    expect([options(), titles()]).toEqual(['Size: S M; Cut: Slim', 'S / Slim, M / Slim']);
  });

  it('still conflicts with the order of a merchant if the option is also renamed', async () => {
    await push(shirt('Size', 'S M L'));
    await reorder([{ name: 'Size', values: [{ name: 'M' }, { name: 'S' }, { name: 'L' }] }]);
    const changed = shirt('Fit', 'L S M');
    const told = { conflicts: expect.arrayContaining([expect.objectContaining({ field: 'optionOrder' })]) };
    expect(await push(changed)).toMatchObject({ outcome: 'updated', ...told });
    expect(options()).toBe('Fit: M S L');
    const seen = made.fake.calls.length;
    expect(await push(changed, { refresh: true })).toMatchObject(told);
    expect([options(), writes(seen)]).toEqual(['Fit: M S L', []]);
  });

  it('restores the value of a removed option in a merchant’s variant', async () => {
    await push(shirt('Size/Colour', 'S/Red'));
    await addVariant({ Size: 'L', Colour: 'Blue' });
    const before = [options(), titles()];
    const [red] = shirt('Size/Colour', 'S/Red').variants;
    const changed = shirt('Colour', 'Red', { variants: [{ ...red, options: { Colour: 'Red' } }] });
    expect((await push(changed)).outcome).toBe('updated');
    expect(titles()).toBe('Red, Blue');
    expect((await push(changed, { refresh: true })).outcome).toBe('unchanged');
    expect((await rollback()).counts.restored).toBe(1);
    expect([options(), titles()]).toEqual(before);
  });

  it('is restored for a value that a rollback restores', async () => {
    await push(shirt('Size', 'S M L'));
    await push(shirt('Size', 'M L'), { maxDeletes: { variants: 1 } });
    await rollback();
    expect([options(), titles()]).toEqual(['Size: S M L', 'S, M, L']);
  });

  it('is restored for a variant without a SKU whose options had another order', async () => {
    const nameless = (names: string, variants: string): ProductDraftInput => {
      const { variants: all, ...draft } = shirt(names, variants);
      return { ...draft, sku: 'optional', variants: all.map(({ sku: _, ...variant }) => variant) };
    };
    await push(nameless('Size/Fit', 'S/Wide XL/Slim S/Slim'));
    await push(nameless('Fit/Size', 'Wide/S Slim/S'), { maxDeletes: { variants: 1 } });
    await rollback();
    expect([options(), titles()]).toEqual(['Size: S XL; Fit: Wide Slim', 'S / Wide, XL / Slim, S / Slim']);
  });

  it('is restored for an option that a rollback restores', async () => {
    await push(shirt('Fit/Size/Colour', 'Slim/S/Red Slim/M/Blue Wide/M/Red'));
    await push(shirt('Colour', 'Red'), { maxDeletes: { variants: 3 } });
    await rollback();
    expect([options(), titles()]).toEqual([
      'Fit: Slim Wide; Size: S M; Colour: Red Blue',
      'Slim / S / Red, Slim / M / Blue, Wide / M / Red',
    ]);
  });

  it('may have more values than one call accepts', async () => {
    const sizes = Array.from({ length: 600 }, (_, index) => `s${String(index).padStart(3, '0')}`);
    await push(shirt('Size', sizes.join(' ')));
    await push(shirt('Size', sizes.toReversed().join(' ')));
    expect(options()).toBe(`Size: ${sizes.toReversed().join(' ')}`);
  });
});

describe('a push or a rollback that is killed during a call', () => {
  /**
   * Works in a separate process that is killed at a mutation, before or after Shopify executes it. Returns whether it
   * was.
   */
  async function dies(
    work: (sync: ProductSync, signal: AbortSignal) => Promise<unknown>,
    mutation: number,
    isMade: boolean,
  ): Promise<boolean> {
    const death = new AbortController();
    let sent = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      death.signal.throwIfAborted();
      const isLast = /mutation [A-Z]/.test(String(init?.body)) && sent++ === mutation;
      const response = isLast && !isMade ? undefined : await made.fake.fetch(input, init);
      if (isLast) death.abort(new Error('killed'));
      death.signal.throwIfAborted();
      return response as Response;
    };
    const client = createShopifyClient({
      ...{ shop: domain, accessToken: 'shpat_fake', fetch, clock: made.clock, isolated: true },
    });
    const records = Object.create(made.stores.records) as typeof made.stores.records;
    records.putIf = async (...args) => {
      death.signal.throwIfAborted();
      return made.stores.records.putIf(...args);
    };
    const sync = createProductSync({ client, stores: { ...made.stores, records }, clock: made.clock });
    await made.clock.run(work(sync, death.signal).catch(() => undefined));
    return death.signal.aborted;
  }

  const limits = { maxDeletes: { variants: 9 } };

  const renamed: ProductDraftInput = {
    ...first,
    options: ['Farbe', 'Size', 'Fit'],
    variants: ['M-Red', 'Blue-M', 'Red-S', 'Blue-S'].map((sku, index) => ({
      ...{ sku, price: '1' },
      options: {
        Farbe: sku.includes('Red') ? 'Rot' : 'Blue',
        Size: sku.includes('M') ? 'S' : 'M',
        Fit: `F${index % 2}`,
      },
    })),
  };

  const changes: readonly (readonly [string, ProductDraftInput])[] = [
    ['renames an option, swaps values and adds an option', renamed],
    ['puts options in order', shirt('Colour/Size', 'Blue/M Blue/S Red/M Red/S')],
    [
      'removes an option',
      {
        ...shirt('Size', 'L M S XL'),
        variants: first.variants.map((one, index) => ({
          ...one,
          options: { Size: ['L', 'M', 'S', 'XL'][index] ?? '' },
        })),
      },
    ],
  ];

  it.each(changes)('is completed by the next push, without drifts, if it %s', async (_what, changed) => {
    let deaths = 0;
    for (let mutation = 0, isDead = true; isDead; mutation += 1) {
      for (const isMade of [false, true]) {
        made = fakeSync();
        await push(first);
        const ids = (product()['variants'] as { id: string; sku: string }[])
          .map(({ id, sku }) => `${sku} ${id}`)
          .sort();
        isDead = await dies((sync, signal) => sync.push(changed, { ...limits, signal }), mutation, isMade);
        if (isDead) deaths += 1;
        const result = await push(changed, limits);
        expect(result).not.toHaveProperty('conflicts');
        expect(result).not.toHaveProperty('drifts');
        expect(titles()).toBe(
          changed.variants
            .map((one) =>
              (changed.options ?? []).map((name) => new Map(Object.entries(one.options ?? {})).get(name)).join(' / '),
            )
            .join(', '),
        );
        const after = (product()['variants'] as { id: string; sku: string }[])
          .map(({ id, sku }) => `${sku} ${id}`)
          .sort();
        expect(after).toEqual(ids);
        const again = await push(changed, { refresh: true });
        expect(again).toEqual({ outcome: 'unchanged', localId: 'shirt', gid: product().id });
      }
    }
    expect(deaths).toBeGreaterThan(1);
  });

  it.each(changes)('is completed by the next rollback if the push %s', async (_what, changed) => {
    let deaths = 0;
    for (let mutation = 0, isDead = true; isDead; mutation += 1) {
      for (const isMade of [false, true]) {
        made = fakeSync();
        await push(first);
        const before = [options(), titles()];
        await push(changed, limits);
        isDead = await dies((sync, signal) => sync.rollback({ localId: 'shirt' }, { signal }), mutation, isMade);
        if (isDead) deaths += 1;
        expect((await rollback()).counts).toMatchObject({ partly: 0, failed: 0 });
        expect([options(), titles()]).toEqual(before);
      }
    }
    expect(deaths).toBeGreaterThan(1);
  });
});

describe('an order of options that a merchant changes', () => {
  beforeEach(async () => {
    await push(first);
    await reorder([{ name: 'Colour', values: [{ name: 'Blue' }] }]);
  });

  const drift = { list: 'product', field: 'optionOrder' };

  it('is kept and reported', async () => {
    const result = await push(first, { refresh: true });
    expect(result).toMatchObject({ outcome: 'unchanged' });
    expect('drifts' in result && result.drifts).toContainEqual(expect.objectContaining(drift));
    expect(options()).toBe('Colour: Blue Red; Size: S M');
  });

  it('is overwritten with onDrift: ours', async () => {
    expect((await push(first, { refresh: true, onDrift: 'ours' })).outcome).toBe('updated');
    expect([options(), titles()]).toEqual(['Size: S M; Colour: Red Blue', 'S / Red, S / Blue, M / Red, M / Blue']);
  });

  it('is a conflict if the draft changes it too, and again at the next push', async () => {
    const changed = shirt('Size/Colour', 'M/Red M/Blue S/Red S/Blue');
    for (const _ of [1, 2]) {
      const result = await push(changed);
      expect('conflicts' in result && result.conflicts).toContainEqual(expect.objectContaining(drift));
    }
    expect(options()).toBe('Colour: Blue Red; Size: S M');
    expect((await push(changed, { onConflict: 'ours' })).outcome).toBe('updated');
    expect(options()).toBe('Size: M S; Colour: Red Blue');
  });

  it('is left alone by a rollback, and reported', async () => {
    await push(shirt('Size/Colour', 'M/Red M/Blue S/Red S/Blue'), { onConflict: 'ours' });
    await reorder([{ name: 'Colour' }]);
    const { notable } = await rollback();
    expect(notable[0]).toMatchObject({ outcome: 'partly' });
    expect(notable[0]?.others).toContainEqual(expect.objectContaining({ field: 'optionOrder' }));
    expect(options()).toBe('Colour: Red Blue; Size: M S');
  });
});

describe('an order of options that a merchant changes while the draft renames', () => {
  /** The same variants under other names: `S/Red` has the SKU `Red-S`. */
  const renaming = (names: string, renamed: Readonly<Record<string, string>>): ProductDraftInput => {
    const given = names.split('/');
    return {
      ...{ localId: 'shirt', title: 'Shirt', options: given },
      variants: first.variants.map(({ options: values = {}, ...rest }) => ({
        ...rest,
        options: Object.fromEntries(
          Object.values(values).map((value, index) => [given[index], renamed[value ?? ''] ?? value]),
        ),
      })),
    };
  };

  it.each([
    [
      'a value',
      { name: 'Size', values: [{ name: 'M' }] },
      renaming('Size/Colour', { M: 'Medium' }),
      'Size: Medium S; Colour: Red Blue',
    ],
    ['an option', { name: 'Colour' }, renaming('Größe/Colour', {}), 'Colour: Red Blue; Größe: S M'],
  ])('is kept and reported if the draft renames %s', async (_what, order, changed, expected) => {
    await push(first);
    await reorder([order]);
    const result = await push(changed);
    expect(result).toMatchObject({ outcome: 'updated' });
    expect('drifts' in result && result.drifts).toContainEqual(expect.objectContaining({ field: 'optionOrder' }));
    expect(options()).toBe(expected);
  });
});

describe('an order of options that no push has set', () => {
  it('is taken from the shop if the product is adopted', async () => {
    made = fakeSync({ sync: { adoptBy: ['handle'] } });
    await made.clock.run(
      made.client.graphql(
        'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { code } } }',
        {
          input: {
            ...{ title: 'Shirt', handle: 'shirt' },
            productOptions: [{ name: 'Size', values: [{ name: 'M' }, { name: 'S' }] }],
            variants: ['M', 'S'].map((name) => ({ optionValues: [{ optionName: 'Size', name }], price: '1' })),
          },
        },
      ),
    );
    const adopted = shirt('Size', 'S M', { handle: 'shirt' });
    for (const _ of [1, 2]) {
      const result = await push(adopted, { refresh: true });
      const told = 'drifts' in result ? result.drifts?.map(({ field }) => field) : [];
      expect(told).not.toContain('optionOrder');
    }
    expect(options()).toBe('Size: M S');
  });

  it('is derived from the variants in a record of an earlier release', async () => {
    await push(first);
    const record = await made.stores.records.get('demo.myshopify.com', 'shirt');
    if (!record) throw new Error('no record');
    const data = structuredClone(record.lastSyncData) as { facts: { product: { '': Record<string, unknown> } } };
    delete data.facts.product['']['optionOrder'];
    await made.stores.records.putIf(
      { ...record, version: record.version + 1, lastSyncData: data as never },
      record.version,
    );
    await push(shirt('Colour/Size', 'Blue/M Blue/S Red/M Red/S'));
    expect(options()).toBe('Colour: Blue Red; Size: M S');
  });
});
