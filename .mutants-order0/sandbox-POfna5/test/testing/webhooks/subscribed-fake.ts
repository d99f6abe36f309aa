// @ts-nocheck
import {
  createFakeShopify,
  createManualClock,
  type FakeShopify,
  type FakeShopifyOptions,
  type ManualClock,
} from 'shopwright/testing';
import { onTestFinished } from 'vitest';
import { ask } from '../ask.ts';

export const shop = 'demo.myshopify.com';
export const uri = 'https://app.example/webhooks';
export const secret = 'shpss_first';

/** What a receiver got. */
export interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Harness {
  readonly fake: FakeShopify;
  readonly clock: ManualClock;
  readonly got: Received[];
  /** Closes the fake, once. */
  close(): Promise<void>;
}

/** A fake on a manual clock whose deliveries end in `got`. The response is created for each. */
export function createHarness(
  options: FakeShopifyOptions = {},
  answer: (received: Received) => Response | Promise<Response> = () => new Response(),
): Harness {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, ...options, webhooks: { secret, ...options.webhooks } });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= fake.close();
    return closing;
  };
  onTestFinished(close);
  const got: Received[] = [];
  fake.webhooks.onDelivery(async (request) => {
    const headers = Object.fromEntries(request.headers);
    const received = { url: request.url, headers, body: await request.text() };
    got.push(received);
    return answer(received);
  });
  return { fake, clock, got, close };
}

/** The payload of a mutation. */
export interface Payload {
  // biome-ignore lint/suspicious/noExplicitAny: tests read deep into answers, and a wrong path fails them.
  readonly webhookSubscription: any;
  readonly deletedWebhookSubscriptionId?: string | null;
  readonly userErrors: readonly { readonly field: readonly string[]; readonly message: string }[];
}

const allFields = `id topic uri format filter includeFields metafieldNamespaces metafields { namespace key } name
  createdAt updatedAt legacyResourceId callbackUrl apiVersion { handle supported }
  endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl }
    ... on WebhookPubSubEndpoint { pubSubProject pubSubTopic } ... on WebhookEventBridgeEndpoint { arn } }`;

async function run(fake: FakeShopify, query: string, variables: object, token?: string): Promise<unknown> {
  const { json } = await ask(fake.fetch, { query, variables, ...(token !== undefined && { token }) });
  if (json.errors) throw new Error(JSON.stringify(json.errors));
  return json.data;
}

export async function subscribe(
  fake: FakeShopify,
  topic: string,
  input: object = {},
  token?: string,
): Promise<Payload> {
  const query = `mutation ($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
    payload: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
      webhookSubscription { ${allFields} } userErrors { field message } } }`;
  const data = await run(fake, query, { topic, input: { uri, ...input } }, token);
  return (data as { payload: Payload }).payload;
}

export async function change(fake: FakeShopify, id: string, input: object): Promise<Payload> {
  const query = `mutation ($id: ID!, $input: WebhookSubscriptionInput!) {
    payload: webhookSubscriptionUpdate(id: $id, webhookSubscription: $input) {
      webhookSubscription { ${allFields} } userErrors { field message } } }`;
  return ((await run(fake, query, { id, input })) as { payload: Payload }).payload;
}

export async function unsubscribe(fake: FakeShopify, id: string): Promise<Payload> {
  const query = `mutation ($id: ID!) { payload: webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId userErrors { field message } } }`;
  return ((await run(fake, query, { id })) as { payload: Payload }).payload;
}

/** Topics and addresses of the subscriptions that a query finds, by the arguments of `webhookSubscriptions`. */
export async function listed(fake: FakeShopify, args = 'first: 50', token?: string): Promise<unknown[]> {
  const query = `{ webhookSubscriptions(${args}) { nodes { topic uri } } }`;
  return ((await run(fake, query, {}, token)) as { webhookSubscriptions: { nodes: unknown[] } }).webhookSubscriptions
    .nodes;
}
