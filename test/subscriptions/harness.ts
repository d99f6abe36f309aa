import { createShopifyClient, memoryStores, type ShopifyClient } from 'shopwright';
import {
  type DesiredSubscription,
  type SubscriptionReport,
  type SyncSubscriptionsOptions,
  syncSubscriptions,
} from 'shopwright/sync';
import {
  createFakeShopify,
  createManualClock,
  type FakeShopify,
  type FakeShopifyOptions,
  type ManualClock,
} from 'shopwright/testing';
import { onTestFinished } from 'vitest';
import type { CommonOptions } from '../../src/client/options.ts';

export const shop = 'demo.myshopify.com';
export const uri = 'https://app.example/webhooks';
export const prefix = 'gid://shopify/WebhookSubscription/';

/** A subscription as stored by the fake. */
export type Stored = Readonly<Record<string, unknown>> & { readonly id: string };

export interface Harness {
  readonly fake: FakeShopify;
  readonly client: ShopifyClient;
  readonly clock: ManualClock;
  readonly store: ReturnType<typeof memoryStores>['keyValue'];
  /** Syncs while the clock advances as needed. */
  sync(
    desired: readonly DesiredSubscription[],
    options?: Partial<SyncSubscriptionsOptions>,
  ): Promise<SubscriptionReport>;
  /** Subscribes as somebody else. Returns the gid. */
  subscribe(topic: string, input?: object): Promise<string>;
  /** Changes one as somebody else. */
  change(id: string, input: object): Promise<void>;
  stored(): readonly Stored[];
  /** Mutations received by the fake. */
  mutations(): number;
}

/** A shop with webhook subscriptions, all on one clock. */
export function createHarness(
  options: { readonly fake?: FakeShopifyOptions; readonly client?: Partial<CommonOptions> } = {},
): Harness {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, ...options.fake });
  onTestFinished(() => fake.close());
  const client = createShopifyClient({
    ...{ shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true },
    ...options.client,
  });
  const run = async (query: string, variables: object): Promise<string> => {
    const { data } = await clock.run(
      client.graphql<{ payload: { webhookSubscription: { id: string } } }>(query, variables),
    );
    return data.payload.webhookSubscription.id;
  };
  return {
    ...{ fake, client, clock },
    store: memoryStores({ clock }).keyValue,
    sync: (desired, more) => clock.run(syncSubscriptions({ client, desired, ...more })),
    subscribe: (topic, input) =>
      run(
        `mutation ($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
          payload: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
            webhookSubscription { id } userErrors { field message } } }`,
        { topic, input: { uri, ...input } },
      ),
    async change(id, input) {
      await run(
        `mutation ($id: ID!, $input: WebhookSubscriptionInput!) {
          payload: webhookSubscriptionUpdate(id: $id, webhookSubscription: $input) {
            webhookSubscription { id } userErrors { field message } } }`,
        { id, input },
      );
    },
    stored: () => fake.store.all(shop, 'WebhookSubscription'),
    mutations: () => fake.calls.filter(({ kind }) => kind === 'mutation').length,
  };
}

/** The number of entries of each kind in a report, without zeros. */
export function counts(report: SubscriptionReport): Readonly<Record<string, number>> {
  const all = Object.entries(report).map(([kind, list]): [string, number] => [kind, list.length]);
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}
