/**
 * The shop of `two-versions.test.ts`: a fake Shopify in a separate process, whose log decides. Webhooks go to the
 * services in turn, including duplicates and retries. Its first message is its origin; each request of the test gets
 * one message.
 */
import { setTimeout } from 'node:timers/promises';
import { createFakeShopify } from 'shopwright/testing';

/** The requests of the test. */
export type ShopRequest =
  /** The services now listen there. */
  | { readonly ask: 'services'; readonly ports: readonly number[] }
  /** Orders with these ids arrive. */
  | { readonly ask: 'orders'; readonly ids: readonly number[] }
  /** The results, once all deliveries were taken. */
  | { readonly ask: 'log' };

export interface ShopLog {
  readonly titles: readonly string[];
  /** The titles written by calls, one entry each time. */
  readonly written: readonly string[];
  /** Idempotency keys of the executed stock adjustments. */
  readonly adjusted: readonly string[];
  /** Units of all items. */
  readonly stock: number;
  readonly throttled: number;
  readonly deliveries: readonly {
    readonly webhookId: string;
    readonly body: string;
    readonly state: string;
    readonly isCopy: boolean;
  }[];
}

const shop = 'demo.myshopify.com';
const fake = createFakeShopify({
  // No product may wait for points here: this test is about two versions.
  shops: [{ domain: shop, bucket: { maximumAvailable: 40_000, restoreRate: 4_000 } }],
  webhooks: {
    subscriptions: [{ topics: ['orders/create'], uri: 'http://127.0.0.1/webhooks' }],
    duplicateRate: 0.2,
  },
});

let ports: readonly number[] = [];
let turn = 0;

/** Like a load balancer: the next service, and if that is down or responds 5xx, the one after it. */
fake.webhooks.onDelivery(async (request) => {
  const init = { method: 'POST', headers: request.headers, body: await request.arrayBuffer() };
  for (;;) {
    turn += 1;
    const response = await fetch(`http://127.0.0.1:${ports[turn % ports.length]}/webhooks`, init).catch(
      () => undefined,
    );
    if (response && response.status < 500) return response;
    await setTimeout(100);
  }
});

async function ask<Data>(query: string, variables: object = {}): Promise<Data> {
  const response = await fake.fetch(`https://${shop}/admin/api/2026-10/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { readonly data?: Data; readonly errors?: unknown };
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

interface Item {
  readonly item: string;
  readonly location: string;
}

async function makeItems(count: number): Promise<readonly Item[]> {
  const { location } = await ask<{ location: { id: string } }>('{ location { id } }');
  const create = `mutation Stock($input: ProductSetInput!) { productSet(input: $input) {
    product { variants(first: 1) { nodes { inventoryItem { id } } } } userErrors { message } } }`;
  const items: Item[] = [];
  for (let index = 0; index < count; index += 1) {
    const input = {
      title: `Stock ${index}`,
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], inventoryItem: { tracked: true } }],
    };
    const { productSet } = await ask<{
      productSet: { product: { variants: { nodes: readonly { inventoryItem: { id: string } }[] } } };
    }>(create, { input });
    items.push({ item: productSet.product.variants.nodes[0]?.inventoryItem.id ?? '', location: location.id });
  }
  return items;
}

async function unitsOf(item: Item): Promise<number> {
  const query = `query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) {
    quantities(names: ["available"]) { quantity } } } }`;
  const { inventoryItem } = await ask<{
    inventoryItem: { inventoryLevel: { quantities: readonly { quantity: number }[] } | null };
  }>(query, { ...item });
  return inventoryItem.inventoryLevel?.quantities[0]?.quantity ?? 0;
}

async function readLog(): Promise<ShopLog> {
  await fake.webhooks.settled();
  const { throttled } = fake.stats();
  const isPushed = (title: string): boolean => title.includes(' version ');
  const written = fake.executions
    .flatMap(({ fields }) => fields)
    .filter(({ result }) => result === 'ok')
    .map(({ args }) => (args['input'] ?? args['product']) as { readonly title?: string } | undefined)
    .map((input) => input?.title ?? '');
  return {
    titles: fake
      .products()
      .map(({ title }) => String(title))
      .filter(isPushed),
    written: written.filter(isPushed),
    adjusted: fake.calls
      .filter(({ operation, executed }) => operation === 'Adjust' && executed)
      .flatMap(({ idempotencyKeys = [] }) => idempotencyKeys),
    stock: (await Promise.all(items.map(unitsOf))).reduce((sum, units) => sum + units, 0),
    throttled,
    deliveries: fake.deliveries.map(({ webhookId, body, state, isCopy }) => ({ webhookId, body, state, isCopy })),
  };
}

async function answer(request: ShopRequest): Promise<unknown> {
  switch (request.ask) {
    case 'services':
      ports = request.ports;
      return null;
    case 'orders':
      for (const id of request.ids) {
        // Text that careless copying would damage.
        const note = `Ünïcode 緑茶 \u{1F375} “${id}” \u2028 \\ </script>`;
        fake.emit('orders/create', { id, note, email: `buyer-${id}@example.com`, ...items[id % items.length] });
      }
      return null;
    case 'log':
      return readLog();
  }
}

const items = await makeItems(20);
const { origin } = await fake.listen();
process.on('message', async (request: ShopRequest) => process.send?.(await answer(request)));
process.once('disconnect', () => process.exit(0));
process.send?.(origin);
