// @ts-nocheck
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { TelemetryEvent } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { onTelemetry, recordTrace } from 'shopwright/telemetry';
import { signWebhook } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { broken, good, rejection, type Step, scriptedShop } from '../client/scripted-shop.ts';
import { type Traced, traced } from './traced.ts';

/** 12 secrets: none looks like another, and some have none of Shopify's prefixes. */
const secrets = {
  accessToken: '7f3a9c0e51d24b86a0e9d4c7b8135f62',
  refreshToken: 'shprt_5c1e0f9a7b3d2846',
  clientSecret: 'shpss_84c0ffee19d73a52',
  oldClientSecret: 'shpss_00aa11bb22cc33dd',
  sessionToken: 'eyJhbGciOiJIUzI1NiJ9.c2Vzc2lvbg.c2lnbmF0dXJl',
  oauthCode: 'oauth-code-90125',
  oauthState: 'oauth-state-31337',
  vaultKey: 'dmF1bHQta2V5LW9mLTMyLWJ5dGVzLWxvbmchISEh',
  redisPassword: 'redis-password-5150',
  postgresPassword: 'postgres-password-2112',
  signedUrl: 'X-Goog-Signature=4d5e6f',
  cookie: 'session=cookie-1984',
} as const;

/** 6 pieces of customer data. */
const customer = {
  email: 'jane.doe@customer.example',
  name: 'Jane Q. Doe-Customer',
  phone: '+49 30 1234567-89',
  address: '12 Customer Street, 10115 Berlin',
  note: 'row-value-of-a-customer-4711',
  ip: '203.0.113.77',
} as const;

const known = { ...secrets, ...customer };
const all = Object.values(known);
const text = all.join(' ');

/** What is found of the known texts in what telemetry holds. */
function findKnown(exposed: object): readonly string[] {
  const shown = inspect(exposed, { depth: 20, maxArrayLength: null, maxStringLength: null });
  return Object.entries(known).flatMap(([name, value]) => (shown.includes(value) ? [name] : []));
}

const types = Object.keys({
  ...{ permit: true, attempt: true, retry: true, call: true, breaker: true, 'bucket-low': true },
  ...{ 'api-version': true, 'version-ending': true, deprecation: true, token: true, job: true, webhook: true },
} satisfies Record<TelemetryEvent['type'], true>) as TelemetryEvent['type'][];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** All that telemetry holds: what the listener and the channels heard, spans, metrics and the file of a trace. */
interface Everything {
  readonly telemetry: Traced;
  readonly heard: TelemetryEvent[];
  read(): Promise<{ readonly trace: string }>;
}

function everything(): Everything {
  const telemetry = traced();
  const heard: TelemetryEvent[] = [];
  cleanUp.push(() => telemetry.stop());
  for (const type of types) cleanUp.push(onTelemetry(type, (event) => heard.push(event)));
  const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  const recording = recordTrace({ file: join(folder, 'trace.ndjson') });
  cleanUp.push(() => rmSync(folder, { recursive: true }), recording.stop);
  return {
    telemetry,
    heard,
    async read() {
      const spans = telemetry
        .spans()
        .map(({ name, attributes, events, links, status, resource, instrumentationScope }) => {
          return { name, attributes, events, links, status, resource: resource.attributes, instrumentationScope };
        });
      await recording.write();
      const trace = readFileSync(join(folder, 'trace.ndjson'), 'utf8');
      return { heard, spans, metrics: await telemetry.metrics(), trace };
    },
  };
}

/** Shopify can repeat the credentials of a request, in texts and in headers. */
const said = `refused ${secrets.accessToken} ${secrets.refreshToken} ${secrets.clientSecret} ${secrets.oldClientSecret}`;
const headers = {
  'x-request-id': `request ${secrets.accessToken}`,
  'x-shopify-api-version': `2026-01 ${said}`,
  'x-shopify-api-deprecated-reason': `old ${said}`,
};
const refusals: readonly Step[] = [
  () =>
    Response.json(
      { data: null, errors: [{ message: text, extensions: { code: 'INVALID_VARIABLE', value: known } }] },
      { headers },
    ),
  () => Response.json({ errors: text }, { status: 503, headers }),
  () => new Response(`<p>${text}</p>`, { status: 401, headers }),
  broken(text),
  good({ customers: [known] }),
];

async function pushThroughEverything(telemetry: Traced): Promise<void> {
  // Baggage is the host's, and must not travel in a job.
  const baggage = propagation.createBaggage(
    Object.fromEntries(Object.entries(known).map(([name, value]) => [name, { value }])),
  );
  const span = telemetry.provider.getTracer('host').startSpan('host');
  const within = propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage);
  const { context } = await import('@opentelemetry/api');
  await context.with(within, async () => {
    for (const step of refusals) {
      const { shop, clock } = scriptedShop([step], { accessToken: secrets.accessToken, retry: { maxRetries: 1 } });
      const options = { headers: { cookie: secrets.cookie, 'x-session': secrets.sessionToken } };
      const mutation =
        'mutation M($input: CustomerInput!) { customerCreate(input: $input) { userErrors { message } } }';
      await clock.run(shop.graphql(mutation, { input: known }, options).catch(() => undefined));
      const keyed =
        'mutation K($k: String!) { inventoryActivate(inventoryItemId: "1", locationId: "1") @idempotent(key: $k) { userErrors { message } } }';
      await clock.run(shop.graphql(keyed, { k: secrets.oauthState }).catch(() => undefined));
      await clock.run(
        shop.rest
          .get('customers/search.json', { ...options, query: { query: text, page_info: text } })
          .catch(() => undefined),
      );
      await clock.run(shop.rest.post('customers.json', { customer: known }, options).catch(() => undefined));
    }
    const queue = inProcessQueue({ retryDelaysMs: [] });
    queue.process('work', () => Promise.reject(new Error(text, { cause: known })));
    await queue.enqueue({ type: 'work', payload: known, key: customer.email, idempotencyKey: secrets.oauthCode });
    await queue.drain();
    await queue.close();
    const handler = createWebhookHandler({
      secrets: [secrets.clientSecret, secrets.oldClientSecret],
      on: { 'customers/update': () => Promise.reject(new Error(text)) },
    });
    const payload = { ...known, id: 1 };
    const signed = signWebhook({
      secret: secrets.clientSecret,
      topic: 'customers/update',
      shop: 'acme.myshopify.com',
      payload,
    });
    const forged = { body: signed.body, headers: { ...signed.headers, 'X-Shopify-Hmac-Sha256': secrets.vaultKey } };
    for (const request of [signed, forged])
      await handler(new Request(`https://app.example/?token=${secrets.signedUrl}`, { method: 'POST', ...request }));
  });
  span.end();
}

describe('12 secrets and 6 pieces of customer data', () => {
  it('are in no event, span, metric or trace', async () => {
    const { telemetry, heard, read } = everything();
    await pushThroughEverything(telemetry);
    expect(all).toHaveLength(18);
    // Enough has happened for something to leak.
    const happened = new Set(heard.map(({ type }) => type));
    for (const type of ['permit', 'attempt', 'retry', 'call', 'api-version', 'deprecation', 'job', 'webhook'] as const)
      expect(happened).toContain(type);
    expect(telemetry.spans().length).toBeGreaterThan(40);
    const held = await read();
    expect(held.trace.split('\n').length).toBeGreaterThan(40);
    expect(findKnown(held)).toEqual([]);
  });

  it('are found where one is planted, of each kind', async () => {
    const { telemetry, heard, read } = everything();
    heard.push({ type: 'deprecation', shop: 'acme.myshopify.com', operation: 'Q', reason: secrets.cookie });
    const tracer = telemetry.provider.getTracer('host');
    tracer.startSpan('planted', { attributes: { email: customer.email } }).end();
    tracer.startSpan(`planted ${customer.phone}`).end();
    const failed = tracer.startSpan('planted');
    failed.recordException(new Error(`no ${secrets.redisPassword}`));
    failed.end();
    const { shop, clock } = scriptedShop([() => new Response('{}', { status: 404 })]);
    // The operation's name is the host's, and is shown: data has no place in it.
    const named = `query ${customer.note.replaceAll('-', '_')} { shop { id } }`;
    await clock.run(rejection(shop.graphql(named)));
    expect(findKnown(await read())).toEqual(['redisPassword', 'cookie', 'email', 'phone']);
    expect(JSON.stringify(await telemetry.metrics())).toContain(customer.note.replaceAll('-', '_'));
  });
});
