import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { OrdersTable } from '../../examples/order-feed/orders-table.ts';
import { sourceProgram } from '../source-program.ts';

const shop = 'demo.myshopify.com';
const folder = mkdtempSync(join(tmpdir(), 'shopwright-feed-'));
const path = join(folder, 'orders.db');

/** Total number of changes; each order gets one per round. Set FEED_CHANGES for more or fewer. */
const total = Number(process.env['FEED_CHANGES'] ?? 4_000);
const orders = total / 20;
const points = 1_000_000_000;
const createdAt = new Date(Date.now() - 3_600_000).toISOString();
const fake = createFakeShopify({
  recordVariables: false,
  shops: [
    {
      bucket: { maximumAvailable: points, restoreRate: points },
      orders: Array.from({ length: orders }, () => ({ lineItems: [{ title: 'Mug' }], createdAt })),
    },
  ],
  webhooks: {
    subscriptions: [{ topics: ['orders/updated'], uri: 'https://app.example/webhooks' }],
    ...{ duplicateRate: 0.2, reorder: true },
  },
});

let child: ReturnType<typeof start> | undefined;
afterAll(async () => {
  child?.kill();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A consumer in a separate process. */
function start(origin: string) {
  const program = sourceProgram(new URL('programs/feed-consumer.ts', import.meta.url), [origin, path]);
  const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Input for a killed process is lost, like a webhook to a server that is down.
  child.stdin.on('error', () => undefined);
  let count = -1;
  let listener: (() => void) | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    count = Number(line);
    listener?.();
  });
  const until = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      listener = () => {
        if (isTrue()) resolve();
      };
      listener();
    });
  return {
    notify: (event: object) => void child.stdin.write(`${JSON.stringify(event)}\n`),
    /** Resolves once that many changes took effect. */
    reached: (target: number) => until(() => count >= target),
    /** Resolves once it has reported more than the initial state. */
    began: () => until(() => count >= 0),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const mutation = `mutation Note($input: OrderInput!) {
  orderUpdate(input: $input) { order { id updatedAt } userErrors { message } }
}`;

it(`${total} changes take effect once each, in order, while webhooks are lost and the consumer is killed five times`, async () => {
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch });
  const { origin } = await fake.listen();
  let webhooks = 0;
  let lost = 0;
  fake.webhooks.onDelivery(async (request) => {
    webhooks += 1;
    if (webhooks % 20 === 0) lost += 1;
    else child?.notify({ topic: 'orders/updated', shop, payload: await request.json() });
    return new Response();
  });

  const { data } = await client.graphql<{ orders: { nodes: { id: string }[] } }>(
    '{ orders(first: 250) { nodes { id } } }',
  );
  const ids = data.orders.nodes.map(({ id }) => id);
  for (let after = ids.at(-1); ids.length < orders; after = ids.at(-1)) {
    const number = after?.split('/').at(-1);
    const page = await client.graphql<typeof data>(`{ orders(first: 250, query: "id:>${number}") { nodes { id } } }`);
    ids.push(...page.data.orders.nodes.map(({ id }) => id));
  }

  child = start(origin);
  await child.reached(orders);
  const expected = new Set<string>();
  let kills = 0;
  for (let round = 1; round <= 20; round++) {
    const killed = round % 4 === 0 ? Math.floor((orders * round) / 21) : undefined;
    for (const [index, id] of ids.entries()) {
      const { data } = await client.graphql<{ orderUpdate: { order: { updatedAt: string } } }>(mutation, {
        input: { id, note: `round ${round}` },
      });
      expected.add(`orders/${id.split('/').at(-1)}/${data.orderUpdate.order.updatedAt}`);
      if (index !== killed) continue;
      // Once while this round is being read, once as soon as some of it was committed.
      if (round % 8 === 0) await child.reached(orders * round + 1);
      await child.kill();
      kills += 1;
      child = start(origin);
      await child.began();
    }
    await child.reached(orders * (round + 1));
  }
  await child.kill();

  const table = new OrdersTable(path);
  const effects = table.effects();
  table.close();
  const changed = effects.slice(orders);
  expect([kills, effects.length]).toEqual([5, total + orders]);
  expect(new Set(changed)).toEqual(expected);
  expect(expected.size).toBe(total);
  expect(lost).toBeGreaterThanOrEqual(Math.floor(total / 20));
  const last = new Map<string, string>();
  for (const key of effects) {
    const [, id = '', updatedAt = ''] = key.split('/');
    expect(updatedAt > (last.get(id) ?? '')).toBe(true);
    last.set(id, updatedAt);
  }
}, 600_000);
