import {
  type Clock,
  createShopifyClient,
  memoryStores,
  type ShopifyClient,
  StorageError,
  type Stores,
} from 'shopwright';
import {
  createInventory,
  type Inventory,
  type InventoryOptions,
  type StockChange,
  type StockQuantity,
} from 'shopwright/sync';
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain } from '../fake-shop.ts';

type KeyValueStore = Stores['keyValue'];
type Lock = NonNullable<Awaited<ReturnType<KeyValueStore['lock']>>>;

interface Item {
  readonly sku: string;
  readonly id: string;
}

interface Made {
  readonly fake: FakeShopify;
  readonly client: ShopifyClient;
  readonly clock: ManualClock;
  readonly stores: Stores;
  readonly inventory: Inventory;
  readonly items: readonly Item[];
  readonly locationId: string;
  /** Available units by SKU. */
  stock(): Promise<Readonly<Record<string, number>>>;
  /** A second process on the same shop, whose requests use `fetch`. */
  other(fetch?: typeof globalThis.fetch, options?: Partial<InventoryOptions>): Inventory;
}

/** A shop with a number of items without stock. */
async function made(
  count: number,
  options: { readonly fetch?: (fake: FakeShopify) => typeof fetch } = {},
): Promise<Made> {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, shops: [{ plan: 'plus' }], recordVariables: true });
  const clientOf = (fetch: typeof globalThis.fetch, own: Clock = clock): ShopifyClient =>
    createShopifyClient({ shop: domain, accessToken: 'shpat_fake', fetch, clock: own, isolated: true });
  const client = clientOf(fake.fetch);
  const stores = memoryStores({ clock });
  for (let product = 0; product < count / 100; product += 1) {
    const input = {
      title: `Product ${product}`,
      productOptions: [{ name: 'Size', values: sizes(product, count).map((name) => ({ name })) }],
      variants: sizes(product, count).map((sku) => ({
        ...{ sku, price: '1', optionValues: [{ optionName: 'Size', name: sku }] },
      })),
    };
    const create =
      'mutation ($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { userErrors { message } } }';
    await clock.run(client.graphql(create, { input }));
  }
  interface Page {
    readonly productVariants: {
      readonly nodes: readonly {
        readonly sku: string;
        readonly inventoryItem: {
          readonly id: string;
          readonly inventoryLevel: { readonly quantities: readonly { readonly quantity: number }[] } | null;
        };
      }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
    readonly locations: { readonly nodes: readonly { readonly id: string }[] };
  }
  const { data } = await clock.run(client.graphql<Page>('{ locations(first: 1) { nodes { id } } }'));
  const locationId = data.locations.nodes[0]?.id ?? '';
  const read = async () => {
    const found = [];
    let after: string | null = null;
    do {
      const page: { data: Page } = await clock.run(
        client.graphql<Page>(
          `query ($after: String, $location: ID!) { productVariants(first: 100, after: $after) {
            nodes { sku inventoryItem { id inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } } } }
            pageInfo { hasNextPage endCursor } } }`,
          { after, location: locationId },
        ),
      );
      found.push(...page.data.productVariants.nodes);
      const { hasNextPage, endCursor } = page.data.productVariants.pageInfo;
      after = hasNextPage ? endCursor : null;
    } while (after);
    return found;
  };
  const items = (await read()).map(({ sku, inventoryItem }) => ({ sku, id: inventoryItem.id }));
  const inventoryOf = (fetch: typeof globalThis.fetch, more: Partial<InventoryOptions> = {}): Inventory =>
    createInventory({ client: clientOf(fetch, more.clock), stores, clock, ...more });
  return {
    ...{ fake, client, clock, stores, items, locationId },
    inventory: inventoryOf(options.fetch?.(fake) ?? fake.fetch),
    other: (fetch = fake.fetch, more) => inventoryOf(fetch, more),
    stock: async () =>
      Object.fromEntries(
        (await read()).map(({ sku, inventoryItem }) => [
          sku,
          inventoryItem.inventoryLevel?.quantities[0]?.quantity ?? 0,
        ]),
      ),
  };
}

const sizes = (product: number, count: number): string[] =>
  Array.from({ length: Math.min(100, count - product * 100) }, (_, index) => `S${product * 100 + index}`);

/** Shopify's error for the parent of a bundle, which the fake does not have. */
const refusingBundle =
  (parent: () => string | undefined) =>
  (fake: FakeShopify): typeof fetch =>
  async (input, init) => {
    const { variables } = JSON.parse(String(init?.body ?? '{}')) as {
      variables?: { input?: { quantities?: readonly { readonly inventoryItemId: string }[] } };
    };
    const rows = variables?.input?.quantities ?? [];
    const index = rows.findIndex(({ inventoryItemId }) => inventoryItemId === parent());
    if (index < 0) return fake.fetch(input, init);
    const response = await fake.fetch(input, {
      ...init,
      body: String(init?.body).replaceAll(String(parent()), 'gid://shopify/InventoryItem/999999999'),
    });
    const text = await response.text();
    return new Response(text.replace('INVALID_INVENTORY_ITEM', 'NON_MUTABLE_INVENTORY_ITEM'), response);
  };

describe('setting quantities', () => {
  it('sets items by gid and by SKU, 250 per call, with the run in the stock history', async () => {
    const { inventory, items, locationId, stock, clock, fake } = await made(300);
    const rows = items.map(({ sku, id }, index): StockQuantity => {
      const row = { locationId, quantity: index };
      return index < 290 ? { ...row, inventoryItemId: id } : { ...row, sku };
    });
    const report = await clock.run(inventory.set(rows, { reason: 'cycle_count_available', runId: 'count-7' }));
    expect(report).toEqual({ runId: 'count-7', done: 300, repeated: 0, refused: [], unknown: [], unsent: [] });
    expect(await stock()).toEqual(Object.fromEntries(items.map(({ sku }, index) => [sku, index])));
    expect(fake.executed('inventorySetQuantities')).toBe(2);
    const [first] = fake.calls.filter(({ operation }) => operation === 'InventorySet');
    expect(first?.variables).toMatchObject({
      input: { reason: 'cycle_count_available', referenceDocumentUri: 'gid://shopwright/StockRun/count-7' },
    });
  });

  it('sets 246 of 250 beside a bundle, a row twice, a stale one and a location that is gone', async () => {
    let parent: string | undefined;
    const shop = await made(249, { fetch: refusingBundle(() => parent) });
    const { inventory, items, locationId, stock, clock, fake } = shop;
    parent = items[7]?.id;
    const rows = items.map(
      ({ id }, index): StockQuantity => ({
        inventoryItemId: id,
        quantity: 100 + index,
        locationId: index === 11 ? 'gid://shopify/Location/404' : locationId,
        ...(index === 13 && { expected: 99 }),
      }),
    );
    const before = fake.executions.length;
    const report = await clock.run(inventory.set([...rows, rows[17] as StockQuantity]));
    expect(report.done).toBe(246);
    expect(report.refused.map(({ row, code, current }) => [rows.indexOf(row), code, current])).toEqual([
      [17, 'DUPLICATE', undefined],
      [7, 'NON_MUTABLE_INVENTORY_ITEM', undefined],
      [11, 'INVALID_LOCATION', undefined],
      [13, 'CHANGE_FROM_QUANTITY_STALE', 0],
    ]);
    expect(fake.executions.length - before).toBeLessThanOrEqual(1 + 4);
    const after = await stock();
    for (const [index, { sku }] of items.entries())
      expect(after[sku]).toBe([7, 11, 13].includes(index) ? 0 : 100 + index);
  });

  it('overwrites stale rows, or asks with the current quantity each time', async () => {
    const { inventory, items, locationId, stock, clock } = await made(2);
    const [first, second] = items;
    await clock.run(inventory.set(items.map(({ id }) => ({ inventoryItemId: id, locationId, quantity: 5 }))));
    const row = { inventoryItemId: first?.id ?? '', locationId, quantity: 8, expected: 7 };
    expect(await clock.run(inventory.set([row], { onStale: 'overwrite' }))).toMatchObject({ done: 1 });
    const asked: [number, number][] = [];
    const onStale = (one: StockQuantity, current: number): number | undefined => {
      asked.push([one.quantity, current]);
      // Two were sold since: they are subtracted.
      return one.inventoryItemId === second?.id ? undefined : one.quantity + current - (one.expected ?? 0);
    };
    const rows = [
      { ...row, quantity: 20, expected: 10 },
      { inventoryItemId: second?.id ?? '', locationId, quantity: 1, expected: 9 },
    ];
    const report = await clock.run(inventory.set(rows, { onStale }));
    expect(report).toMatchObject({ done: 1, refused: [{ code: 'CHANGE_FROM_QUANTITY_STALE', current: 5 }] });
    expect(asked).toEqual([
      [20, 8],
      [1, 5],
    ]);
    expect(await stock()).toEqual({ S0: 18, S1: 5 });
  });

  it('overwrites a row whose stock changes before each try', async () => {
    const { inventory, other, items, locationId, stock, clock, fake } = await made(1);
    let sold = 0;
    fake.hooks.before(
      'inventorySetQuantities',
      async () => {
        sold += 1;
        await other().adjust([{ id: `sale-${sold}`, inventoryItemId: items[0]?.id ?? '', locationId, delta: -1 }]);
      },
      { times: 10 },
    );
    const row = { inventoryItemId: items[0]?.id ?? '', locationId, quantity: 8, expected: 7 };
    expect(await clock.run(inventory.set([row], { onStale: 'overwrite' }))).toMatchObject({ done: 1, refused: [] });
    expect(await stock()).toEqual({ S0: 8 });
  });

  it('counts each row even if the policy for stale rows throws', async () => {
    const { inventory, items, locationId, clock, stock } = await made(3);
    const rows = items.map(({ id }, index) => ({
      ...{ inventoryItemId: id, locationId, quantity: 4 },
      ...(index === 1 && { expected: 9 }),
    }));
    const reason = new Error('the warehouse does not respond');
    const onStale = (): never => {
      throw reason;
    };
    const { done, refused, unsent, stoppedBy } = await clock.run(inventory.set(rows, { onStale }));
    expect({ done, refused, stoppedBy }).toEqual({ done: 0, refused: [], stoppedBy: reason });
    expect(unsent).toEqual(rows);
    expect(await stock()).toEqual({ S0: 0, S1: 0, S2: 0 });
  });

  it('refuses rows before anything is sent, by name, and sets the rest', async () => {
    const { inventory, items, locationId, clock, stock } = await made(1);
    const [item] = items;
    const good = { inventoryItemId: item?.id ?? '', locationId, quantity: 3 };
    const rows = [
      { ...good, quantity: 1.5 },
      { ...good, quantity: 1_000_000_001 },
      { ...good, locationId: '7' },
      { locationId, quantity: 1 } as never,
      { locationId, quantity: 1, sku: 'nobody' },
      { ...good, inventoryItemId: 'gid://shopify/ProductVariant/1' },
      { ...good, sku: 'S0' } as never,
      good,
    ];
    const { done, refused } = await clock.run(inventory.set(rows));
    expect(done).toBe(1);
    expect(refused.map(({ row, code, message }) => [rows.indexOf(row), code, message.split(' ')[0]])).toEqual([
      [0, 'INVALID', 'quantity'],
      [1, 'INVALID', 'quantity'],
      [2, 'INVALID', 'locationId'],
      [3, 'INVALID', 'inventoryItemId'],
      [5, 'INVALID', 'inventoryItemId'],
      [6, 'INVALID', 'Pass'],
      [4, 'SKU_NOT_FOUND', 'No'],
    ]);
    expect(await stock()).toEqual({ S0: 3 });
  });

  it('finds a SKU that contains quotes, backslashes and search keywords', async () => {
    const { inventory, locationId, stock, clock, client } = await made(0);
    const skus = ['SHELF-12"', "12'' oak shelf", '12" oak shelf', 'a\\b', 'a OR b', 'sku:S0'];
    const input = {
      title: 'Shelf',
      productOptions: [{ name: 'Size', values: skus.map((name) => ({ name })) }],
      variants: skus.map((sku) => ({ sku, price: '1', optionValues: [{ optionName: 'Size', name: sku }] })),
    };
    const create =
      'mutation ($input: ProductSetInput!) { productSet(input: $input, synchronous: true) { userErrors { message } } }';
    await clock.run(client.graphql(create, { input }));
    const rows = skus.map((sku, index) => ({ sku, locationId, quantity: index + 1 }));
    expect(await clock.run(inventory.set(rows))).toMatchObject({ done: skus.length, refused: [] });
    expect(await stock()).toEqual(Object.fromEntries(rows.map(({ sku, quantity }) => [sku, quantity])));
  });

  it('does not guess between two variants with one SKU, or between two rows that differ', async () => {
    const { inventory, items, locationId, clock, client, stock } = await made(2);
    const update = `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }`;
    interface Ids {
      readonly products: {
        readonly nodes: readonly {
          readonly id: string;
          readonly variants: { readonly nodes: readonly { readonly id: string }[] };
        }[];
      };
    }
    const { data } = await clock.run(
      client.graphql<Ids>('{ products(first: 1) { nodes { id variants(first: 5) { nodes { id } } } } }'),
    );
    const [product] = data.products.nodes;
    const variants = [{ id: product?.variants.nodes[1]?.id, inventoryItem: { sku: 'S0' } }];
    await clock.run(client.graphql(update, { id: product?.id, variants }));
    const row = { inventoryItemId: items[1]?.id ?? '', locationId };
    const report = await clock.run(
      inventory.set([
        { sku: 'S0', locationId, quantity: 4 },
        { ...row, quantity: 5 },
        { ...row, quantity: 6 },
      ]),
    );
    expect(report).toMatchObject({
      done: 0,
      refused: [{ code: 'SKU_AMBIGUOUS' }, { code: 'DUPLICATE' }, { code: 'DUPLICATE' }],
    });
    expect(Object.values(await stock())).toEqual([0]);
  });

  it('reports what was sent, what was not and why, if it is stopped', async () => {
    const { inventory, items, locationId, clock, fake } = await made(3);
    const reason = new Error('closing');
    const controller = new AbortController();
    async function* rows(): AsyncGenerator<StockQuantity> {
      for (const { id } of items) yield { inventoryItemId: id, locationId, quantity: 1 };
      controller.abort(reason);
      yield { inventoryItemId: items[0]?.id ?? '', locationId, quantity: 2 };
    }
    const report = await clock.run(inventory.set(rows(), { signal: controller.signal }));
    expect(report).toMatchObject({ done: 0, stoppedBy: reason });
    expect(report.unsent.map(({ quantity }) => quantity)).toEqual([1, 1, 1, 2]);
    expect(fake.executed('inventorySetQuantities')).toBe(0);
    const wrong = await clock.run(
      inventory.set([{ inventoryItemId: items[0]?.id ?? '', locationId, quantity: 2 }], { reason: 'because' as never }),
    );
    expect(wrong).toMatchObject({ done: 0, stoppedBy: { code: 'USER_ERROR' }, unsent: [{ quantity: 2 }] });
  });

  it('refuses unknown options', async () => {
    const { inventory, client } = await made(1);
    await expect(inventory.set([], { onstale: 'report' } as never)).rejects.toThrow(/onstale.*onStale/);
    await expect(inventory.set([], { onStale: 'theirs' as never })).rejects.toThrow(/onStale/);
    await expect(createInventory({ client }).adjust([])).rejects.toThrow(/stores/);
    expect(() => createInventory({ client, store: 1 } as never)).toThrow(/store/);
  });
});

describe('changing quantities', () => {
  /** A process that can be killed: its clock stops, so no call ends, and its locks expire. */
  const mortal = (stores: Stores) => {
    const locks: Lock[] = [];
    const lock: KeyValueStore['lock'] = async (...asked) => {
      const held = await stores.keyValue.lock(...asked);
      if (held) locks.push(held);
      return held;
    };
    const keyValue = Object.create(stores.keyValue, { lock: { value: lock } }) as KeyValueStore;
    let tell: () => void = () => undefined;
    const death = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const die = async (): Promise<never> => {
      for (const held of locks) await held.release();
      tell();
      return new Promise(() => undefined);
    };
    return { options: { clock: createManualClock(), stores: { keyValue } }, die, death };
  };
  const changes = (items: readonly Item[], locationId: string, of = 'r'): StockChange[] =>
    items.map(({ id }, index) => ({ id: `${of}-${index}`, inventoryItemId: id, locationId, delta: index + 1 }));

  it('makes each change once, however often it is requested', async () => {
    const { inventory, other, items, locationId, clock, stock } = await made(260);
    const rows = changes(items, locationId);
    expect(await clock.run(inventory.adjust(rows, { reason: 'received' }))).toMatchObject({ done: 260, repeated: 0 });
    expect(await clock.run(other().adjust(rows))).toMatchObject({ done: 0, repeated: 260, refused: [] });
    const more = [...rows, { ...(rows[0] as StockChange), id: 'new', delta: -3 }];
    expect(await clock.run(inventory.adjust(more))).toMatchObject({ done: 1, repeated: 260 });
    expect(await stock()).toEqual(
      Object.fromEntries(items.map(({ sku }, index) => [sku, index === 0 ? -2 : index + 1])),
    );
  });

  it('stocks an item once at a location where it was not stocked, and touches no other location', async () => {
    const { inventory, items, client, clock, stock, locationId } = await made(3);
    const add =
      'mutation { locationAdd(input: { name: "Warehouse", address: { countryCode: US } }) { location { id } userErrors { message } } }';
    const { data } = await clock.run(
      client.graphql<{ locationAdd: { location: { id: string } | null } }>(add, undefined, {
        retry: { idempotency: 'unsafe' },
      }),
    );
    const warehouse = data.locationAdd.location?.id ?? '';
    await clock.run(inventory.set([{ sku: 'S0', locationId, quantity: 4 }]));
    const rows = changes(items, warehouse);
    expect(await clock.run(inventory.adjust(rows))).toMatchObject({ done: 3, refused: [] });
    expect(await clock.run(inventory.adjust(rows))).toMatchObject({ done: 0, repeated: 3 });
    const there = await Promise.all(
      items.map(async ({ id, sku }) => {
        const query =
          'query ($id: ID!, $at: ID!) { inventoryItem(id: $id) { inventoryLevel(locationId: $at) { quantities(names: ["available", "on_hand"]) { name quantity } } } }';
        const found = await clock.run(
          client.graphql<{ inventoryItem: { inventoryLevel: { quantities: { quantity: number }[] } | null } }>(query, {
            ...{ id, at: warehouse },
          }),
        );
        return [sku, found.data.inventoryItem.inventoryLevel?.quantities.map(({ quantity }) => quantity)];
      }),
    );
    expect(Object.fromEntries(there)).toEqual({ S0: [1, 1], S1: [2, 2], S2: [3, 3] });
    expect(await stock()).toEqual({ S0: 4, S1: 0, S2: 0 });
  });

  it('leaves out what Shopify refuses, and makes it once that is possible', async () => {
    const { inventory, items, locationId, clock, stock } = await made(3);
    const rows = changes(items, locationId);
    const gone = { ...(rows[1] as StockChange), locationId: 'gid://shopify/Location/404' };
    const report = await clock.run(inventory.adjust([rows[0] as StockChange, gone, rows[2] as StockChange]));
    expect(report).toMatchObject({ done: 2, refused: [{ row: gone, code: 'INVALID_LOCATION' }] });
    expect(await clock.run(inventory.adjust(rows))).toMatchObject({ done: 1, repeated: 2 });
    expect(await stock()).toEqual({ S0: 1, S1: 2, S2: 3 });
  });

  it('can be requested again if the whole batch was refused', async () => {
    const { inventory, items, locationId, clock, stock } = await made(1);
    const rows = changes(items, locationId);
    const wrong = await clock.run(inventory.adjust(rows, { reference: 'no uri' }));
    expect(wrong).toMatchObject({ done: 0, stoppedBy: { code: 'USER_ERROR' }, unsent: rows });
    expect(await clock.run(inventory.adjust(rows))).toMatchObject({ done: 1 });
    expect(await stock()).toEqual({ S0: 1 });
  });

  it.each(['before', 'after'])('settles what a process that died %s the send has left, once', async (when) => {
    const { fake, other, items, locationId, clock, stock, stores } = await made(4);
    const rows = changes(items, locationId);
    const { options, die, death } = mortal(stores);
    const dying: typeof fetch = async (input, init) => {
      if (!String(init?.body).includes('inventoryAdjustQuantities')) return fake.fetch(input, init);
      if (when === 'after') await fake.fetch(input, init);
      return die();
    };
    void other(dying, options).adjust(rows);
    await death;
    // Another run shares one of its rows and has one more.
    const mixed = [rows[2] as StockChange, { ...(rows[0] as StockChange), id: 'own', delta: 100 }];
    const report = await clock.run(other().adjust(mixed));
    expect(report).toMatchObject({ done: 1, repeated: 1, refused: [] });
    expect(await clock.run(other().adjust(rows))).toMatchObject({ done: 0, repeated: 4 });
    expect(await stock()).toEqual({ S0: 101, S1: 2, S2: 3, S3: 4 });
  });

  it('makes each change once after the store has failed at any call, before or after it was executed', async () => {
    for (const when of ['before', 'after'] as const)
      for (let at = 0, calls = Number.POSITIVE_INFINITY; at < calls; at += 1) {
        const { other, items, locationId, clock, fake, stores, stock } = await made(3);
        const rows = changes(items, locationId).map((row, index) =>
          index === 1 ? { ...row, locationId: 'gid://shopify/Location/404' } : row,
        );
        let call = 0;
        const failing = (method: (...asked: never[]) => Promise<unknown>) => ({
          value: async (...asked: never[]) => {
            call += 1;
            const gone = call === at + 1 ? new StorageError('the database is gone', { shop: domain }) : undefined;
            if (gone && when === 'before') throw gone;
            const result = await method.apply(stores.keyValue, asked);
            if (gone) throw gone;
            return result;
          },
        });
        const { get, set, setIfAbsent, compareAndSet, delete: remove } = stores.keyValue;
        const keyValue = Object.create(stores.keyValue, {
          ...{ get: failing(get), set: failing(set), setIfAbsent: failing(setIfAbsent) },
          ...{ compareAndSet: failing(compareAndSet), delete: failing(remove) },
        }) as KeyValueStore;
        const report = await clock.run(other(fake.fetch, { stores: { keyValue } }).adjust(rows));
        calls = call > at ? Number.POSITIVE_INFINITY : 0;
        expect(report.done + report.refused.length + report.unknown.length + report.unsent.length).toBe(3);
        const again = await clock.run(other().adjust(rows));
        expect(again.stoppedBy).toBeUndefined();
        expect(await stock()).toEqual({ S0: 1, S1: 0, S2: 3 });
      }
  });

  it('makes each change once for processes that claim the same changes in other orders', async () => {
    const { other, items, locationId, clock, fake, stores, stock } = await made(6);
    const rows = changes(items, locationId);
    let calls = 0;
    const setIfAbsent: KeyValueStore['setIfAbsent'] = async (...asked) => {
      calls += 1;
      if (calls > 5_000) throw new StorageError('the processes wait for each other for ever', { shop: domain });
      return stores.keyValue.setIfAbsent(...asked);
    };
    const keyValue = Object.create(stores.keyValue, { setIfAbsent: { value: setIfAbsent } }) as KeyValueStore;
    const orders = [rows, rows.toReversed(), [...rows.slice(2), ...rows.slice(0, 2)]];
    const reports = await clock.run(
      Promise.all(orders.map((order) => other(fake.fetch, { stores: { keyValue } }).adjust(order))),
    );
    for (const report of reports) expect(report).toMatchObject({ refused: [], unknown: [], unsent: [] });
    expect(reports.reduce((sum, { done }) => sum + done, 0)).toBe(6);
    expect(await stock()).toEqual({ S0: 1, S1: 2, S2: 3, S3: 4, S4: 5, S5: 6 });
  });

  it('reports changes as unknown that were sent before the store failed', async () => {
    const { other, items, locationId, clock, fake, stores, stock } = await made(2);
    let isDown = true;
    const compareAndSet: KeyValueStore['compareAndSet'] = async (...asked) => {
      if (isDown && asked[2] === 'made') throw new StorageError('the database is gone', { shop: domain });
      return stores.keyValue.compareAndSet(...asked);
    };
    const keyValue = Object.create(stores.keyValue, { compareAndSet: { value: compareAndSet } }) as KeyValueStore;
    const rows = changes(items, locationId);
    const inventory = other(fake.fetch, { stores: { keyValue } });
    const report = await clock.run(inventory.adjust(rows));
    expect(report).toMatchObject({ done: 0, unknown: rows, unsent: [], stoppedBy: { code: 'STORAGE_FAILED' } });
    isDown = false;
    expect(await clock.run(inventory.adjust(rows))).toMatchObject({ done: 0, repeated: 2, unknown: [] });
    expect(await stock()).toEqual({ S0: 1, S1: 2 });
  });

  it.each([
    ['was sent more than a day ago', 0],
    ['was sent by a clock that ran ahead', 40 * 86_400_000],
  ])('does not guess about a change that %s', async (_what, aheadMs) => {
    const { fake, other, items, locationId, clock, stores } = await made(1);
    const rows = changes(items, locationId);
    const { options, die, death } = mortal(stores);
    await options.clock.advance(aheadMs);
    const lost: typeof fetch = async (input, init) =>
      String(init?.body).includes('inventoryAdjustQuantities') ? die() : fake.fetch(input, init);
    void other(lost, options).adjust(rows);
    await death;
    await clock.advance(25 * 60 * 60 * 1000);
    const { stoppedBy, unsent } = await clock.run(other().adjust(rows));
    expect(unsent).toEqual(rows);
    expect(String(stoppedBy)).toMatch(/"r-0".*more than 24 hours ago/);
    const key = /key "([^"]+)"/.exec(String(stoppedBy))?.[1] ?? '';
    await stores.keyValue.set(key, 'made');
    expect(await clock.run(other().adjust(rows))).toMatchObject({ done: 0, repeated: 1 });
  });

  it('makes each of 10,000 changes once for a writer with lost responses and one that dies', async () => {
    const { fake, other, items, locationId, clock, stock, stores } = await made(40);
    const rows = Array.from(
      { length: 10_000 },
      (_, index): StockChange => ({
        ...{ id: `move-${index}`, inventoryItemId: items[index % 40]?.id ?? '', locationId },
        delta: (index % 7) - 3,
      }),
    );
    let sends = 0;
    const { options, die, death } = mortal(stores);
    const dying: typeof fetch = async (input, init) => {
      if (!String(init?.body).includes('inventoryAdjustQuantities')) return fake.fetch(input, init);
      sends += 1;
      const response = await fake.fetch(input, init);
      // The process dies at the twelfth.
      if (sends === 12) return die();
      return response;
    };
    /** Every third response is lost. */
    const losing: typeof fetch = async (input, init) => {
      if (!String(init?.body).includes('inventoryAdjustQuantities')) return fake.fetch(input, init);
      sends += 1;
      const response = await fake.fetch(input, init);
      if (sends % 3 === 0)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
      return response;
    };
    void other(dying, options).adjust(rows);
    const [second] = await Promise.all([clock.run(other(losing).adjust([...rows].reverse())), death]);
    const third = await clock.run(other().adjust(rows));
    expect(second.stoppedBy).toBeUndefined();
    expect(third).toMatchObject({ done: 0, repeated: 10_000 });
    const want = items.map(({ sku }, item) => {
      const own = rows.filter((_, index) => index % 40 === item);
      return [sku, own.reduce((sum, { delta }) => sum + delta, 0)];
    });
    expect(await stock()).toEqual(Object.fromEntries(want));
  });
});
