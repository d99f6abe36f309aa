import fc from 'fast-check';
import { type DesiredSubscription, syncSubscriptions } from 'shopwright/sync';
import { expect, it } from 'vitest';
import { counts, createHarness, type Harness, type Stored } from './harness.ts';

const wish = fc.record({
  topic: fc.constantFrom('products/update', 'orders/create', 'products/delete'),
  uri: fc.constantFrom('https://app.example/1', 'https://app.example/2', 'pubsub://project:topic'),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  filter: fc.constantFrom(undefined, 'status:active'),
  includeFields: fc.constantFrom(undefined, ['id', 'status', 'updated_at'], ['updated_at', 'status', 'id']),
  metafieldNamespaces: fc.constantFrom(undefined, ['$app', 'custom'], ['custom', '$app']),
});

/** A list that Shopify accepts: no name twice, and no topic, address and filter twice. */
const wishes = fc
  .uniqueArray(wish, { maxLength: 5, selector: ({ name }) => name })
  .map((list) => [
    ...new Map(list.map((one) => [JSON.stringify([one.topic, one.uri, one.filter]), one])).values(),
  ]) as fc.Arbitrary<DesiredSubscription[]>;

const operation = fc.constantFrom('WebhookSubscriptionAdd', 'WebhookSubscriptionChange', 'WebhookSubscriptionRemove');
const kind = fc.constantFrom('reset-after', 'reset-before', 'status-503-after', 'status-403');

/** What happens to a shop before the next undisturbed run. */
const step = fc.record({
  desired: wishes,
  faults: fc.array(fc.record({ operation, kind, after: fc.nat(1) }), { maxLength: 3 }),
  /** Another process, which may desire something else. */
  beside: fc.option(fc.oneof(fc.constant('the same'), wishes), { nil: undefined }),
  /** Somebody else renames one of ours, which then only the store can recognize. */
  renamed: fc.nat(4),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const foreign = [
  { topic: 'PRODUCTS_UPDATE', name: 'not-ours', uri: 'https://other.example/1' },
  { topic: 'ORDERS_CREATE', name: 'shopwright-too', uri: 'https://other.example/2' },
];

const isForeign = (stored: Stored): boolean => foreign.some(({ name }) => name === stored['name']);

async function live(bench: Harness, { desired, faults, beside, renamed }: Step): Promise<void> {
  const { sync, fake, stored, store, client, clock, change } = bench;
  const ours = stored().filter((one) => !isForeign(one))[renamed];
  if (ours) await change(ours.id, { name: `renamed-${renamed}` });
  for (const { kind: fault, ...when } of faults) fake.faults.next(fault, when);
  const lists = beside === undefined ? [desired] : [desired, beside === 'the same' ? desired : beside];
  await clock.run(Promise.all(lists.map((list) => syncSubscriptions({ client, store, desired: list }))));
  await sync(desired, { store });
}

it('after any history, undisturbed runs end with the desired list, and touch nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const bench = createHarness();
      for (const { topic, ...input } of foreign) await bench.subscribe(topic, input);
      const others = bench.stored();
      for (const one of steps) {
        await live(bench, one);
        // Faults without a matching call are still pending.
        bench.fake.faults.clear();
        expect((await bench.sync(one.desired, { store: bench.store })).failed).toEqual([]);
        const sent = bench.mutations();
        const report = await bench.sync(one.desired, { store: bench.store });
        expect(counts(report)).toEqual(one.desired.length === 0 ? {} : { unchanged: one.desired.length });
        expect(bench.mutations()).toBe(sent);
        expect(bench.stored().filter((each) => !isForeign(each))).toHaveLength(one.desired.length);
        expect(bench.stored().filter(isForeign)).toEqual(others);
      }
    }),
    { numRuns: 40, seed: 2026 },
  );
});
