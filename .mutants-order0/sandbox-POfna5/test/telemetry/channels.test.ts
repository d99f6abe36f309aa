// @ts-nocheck
import { channel } from 'node:diagnostics_channel';
import { type BreakerState, createShopifyClient, type TelemetryEvent } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { onTelemetry } from 'shopwright/telemetry';
import { createManualClock, signWebhook } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { tracing } from '../../src/telemetry/telemetry.ts';
import { good, rejection, scriptedShop, status, token } from '../client/scripted-shop.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A client whose own option `telemetry` is left out. */
const unheard: object = { telemetry: undefined };

/** What the channels say from now on. */
function heard(...types: TelemetryEvent['type'][]): TelemetryEvent[] {
  const events: TelemetryEvent[] = [];
  for (const type of types) cleanUp.push(onTelemetry(type, (event) => events.push(event)));
  return events;
}

describe('the channels', () => {
  it('say what the listener of the client hears', async () => {
    const onChannels = heard('permit', 'attempt', 'retry', 'call');
    const { shop, clock, events } = scriptedShop([status(503), good()]);
    await clock.run(shop.graphql('query Q { shop { id } }'));
    expect(events.map(({ type }) => type)).toEqual(['permit', 'attempt', 'retry', 'permit', 'attempt', 'call']);
    expect(onChannels).toEqual(events);
  });

  it('tell calls that run at once apart, and the attempts of each', async () => {
    const events = heard('permit', 'attempt', 'retry', 'call');
    const { shop, clock } = scriptedShop([status(503), status(503), good()], { ...unheard });
    await clock.run(Promise.all([shop.graphql('query A { shop { id } }'), shop.graphql('query B { shop { id } }')]));
    const calls = new Map<string, { readonly operations: Set<string>; readonly attempts: number[] }>();
    for (const event of events) {
      if (!('callId' in event)) throw new Error(event.type);
      const call = calls.get(event.callId) ?? { operations: new Set(), attempts: [] };
      calls.set(event.callId, call);
      call.operations.add(event.operation);
      if (event.type === 'attempt') call.attempts.push(event.attempt);
      if (event.type === 'permit') expect(event.attempt).toBe(call.attempts.length + 1);
    }
    expect([...calls.values()].map(({ operations }) => [...operations])).toEqual([['A'], ['B']]);
    for (const { attempts } of calls.values()) expect(attempts).toEqual([1, 2]);
  });

  it('say how long a call took and what Shopify answered', async () => {
    const events = heard('attempt', 'call');
    const { shop, clock } = scriptedShop([status(503), good({}, { available: 1_200 })]);
    await clock.run(shop.graphql('query Q { shop { id } }'));
    const attempts = events.filter((event) => event.type === 'attempt');
    const [call] = events.filter((event) => event.type === 'call');
    expect(attempts).toMatchObject([
      { status: 503, available: null, requestId: 'request-1' },
      { status: 200, available: 1_200, requestId: 'request-1' },
    ]);
    expect(call).toMatchObject({ kind: 'query', attempts: 2, durationMs: call?.waitedMs });
    expect(call?.waitedMs).toBeGreaterThan(0);
  });

  it('hear of the breaker, of jobs and of webhooks of the whole process', async () => {
    const events = heard('breaker', 'job', 'webhook');
    const { shop, clock } = scriptedShop([status(500)], {
      ...unheard,
      ...{ retry: { maxRetries: 0 }, breaker: { failures: 1, operations: 1 } },
    });
    await clock.run(rejection(shop.graphql('query Q { shop { id } }')));
    const queue = inProcessQueue({ retryDelaysMs: [] });
    cleanUp.push(() => queue.close());
    queue.process('work', () => Promise.reject(new Error('no')));
    const { id } = await queue.enqueue({ type: 'work', payload: null });
    await queue.drain();
    const handler = createWebhookHandler({
      ...{ secrets: 'secret', clock: createManualClock({ now: Date.UTC(2026, 10, 1, 0, 0, 5) }) },
      on: { 'products/update': () => Promise.reject(new Error('no')) },
    });
    const webhook = { secret: 'secret', topic: 'products/update', shop: 'acme.myshopify.com', payload: {} } as const;
    const signed = signWebhook({ ...webhook, triggeredAt: '2026-11-01T00:00:03.500Z' });
    await handler(new Request('https://app.example/', { method: 'POST', ...signed }));
    const late = signWebhook({ ...webhook, triggeredAt: 'no time' });
    await handler(new Request('https://app.example/', { method: 'POST', ...late }));
    await handler(new Request('https://app.example/', { method: 'POST', body: '{}' }));
    const failed = {
      type: 'webhook',
      outcome: 'failed',
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      reason: null,
    };
    expect(events).toEqual([
      { type: 'breaker', shop: 'acme.myshopify.com', state: 'open' },
      expect.objectContaining({ type: 'job', jobId: id, jobType: 'work', outcome: 'dead', errorCode: 'UNKNOWN' }),
      { ...failed, lagMs: 1_500 },
      { ...failed, lagMs: null },
      { type: 'webhook', outcome: 'refused', topic: null, shop: null, lagMs: null, reason: 'hmac-missing' },
    ]);
  });

  it('are those of node:diagnostics_channel, and nothing is published to nobody', async () => {
    const stop = onTelemetry('call', () => undefined);
    expect(channel('shopwright:call').hasSubscribers).toBe(true);
    stop();
    expect(channel('shopwright:call').hasSubscribers).toBe(false);
    expect(tracing.tracer).toBeUndefined();
    // An event that is made reads the clock; without a listener the call's end is not looked at.
    const { shop, clock } = scriptedShop([good()], { ...unheard });
    const read = countReads(clock);
    await clock.run(shop.graphql('query Q { shop { id } }'));
    const idle = read();
    heard('attempt', 'call');
    await clock.run(shop.graphql('query Q { shop { id } }'));
    expect(read() - idle).toBeGreaterThan(idle);
  });

  it('have types', () => {
    onTelemetry('breaker', ({ state }) => expectTypeOf(state).toEqualTypeOf<BreakerState>())();
    // : no such type
    onTelemetry('braker', () => undefined)();
  });

  it('work without a client option, for each client of the process', async () => {
    const events = heard('call');
    for (const shop of ['one', 'two']) {
      const client = createShopifyClient({ shop, accessToken: token, fetch: async () => Response.json({ data: {} }) });
      await client.graphql('query Q { shop { id } }');
    }
    expect(events).toMatchObject([{ shop: 'one.myshopify.com' }, { shop: 'two.myshopify.com' }]);
  });
});

/** Counts how often a clock is asked. */
function countReads(clock: { monotonic(): number }): () => number {
  let reads = 0;
  const { monotonic } = clock;
  clock.monotonic = () => {
    reads += 1;
    return monotonic.call(clock);
  };
  return () => reads;
}
