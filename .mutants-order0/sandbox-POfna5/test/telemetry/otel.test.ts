// @ts-nocheck
import { diag, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import * as conventions from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { createShopifyClient } from 'shopwright';
import { instrumentShopwright, type OtelOptions } from 'shopwright/otel';
import { inProcessQueue } from 'shopwright/queue';
import { createFakeShopify, createManualClock, signWebhook } from 'shopwright/testing';
import { undiciTransport } from 'shopwright/transport/undici';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { broken, good, rejection, scriptedShop, status, throttled } from '../client/scripted-shop.ts';
import { type Traced, traced } from './traced.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function watched(options?: OtelOptions): Traced {
  const telemetry = traced(options);
  cleanUp.push(() => telemetry.stop());
  return telemetry;
}

const query = 'query ShopName { shop { name } }';

describe('spans of a call', () => {
  it('are one for the call, and within it one for each attempt', async () => {
    const telemetry = watched();
    const { shop, clock } = scriptedShop([status(503), good({}, { requested: 12, actual: 7, available: 1_990 })]);
    await clock.run(shop.graphql(query));
    const call = telemetry.span('query ShopName');
    const [first, second] = telemetry.spans().filter(({ name }) => name === 'POST /admin/api/{version}/graphql.json');
    expect(telemetry.spans()).toHaveLength(3);
    for (const { kind } of telemetry.spans()) expect(kind).toBe(SpanKind.CLIENT);
    for (const attempt of [first, second]) expect(attempt?.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    const server = { 'server.address': 'acme.myshopify.com', 'server.port': 443 };
    const request = {
      ...server,
      'http.request.method': 'POST',
      'url.full': 'https://acme.myshopify.com/admin/api/2026-10/graphql.json',
      'url.template': '/admin/api/{version}/graphql.json',
      'shopify.shop.domain': 'acme.myshopify.com',
      'shopify.api.version': '2026-10',
      'shopify.request.id': 'request-1',
    };
    expect(first?.attributes).toEqual({
      ...request,
      'http.response.status_code': 503,
      'error.type': '503',
      'shopify.error.code': 'HTTP_ERROR',
    });
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(second?.attributes).toEqual({
      ...request,
      'http.request.resend_count': 1,
      'http.response.status_code': 200,
      'shopify.cost.requested': 12,
      'shopify.cost.actual': 7,
      'shopify.points.available': 1_990,
    });
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
    expect(call.attributes).toEqual({
      ...server,
      'graphql.operation.name': 'ShopName',
      'graphql.operation.type': 'query',
      'shopify.shop.domain': 'acme.myshopify.com',
      'shopify.attempts': 2,
      'shopify.wait.duration': expect.any(Number),
    });
    expect(call.attributes['shopify.wait.duration']).toBeGreaterThan(0);
    expect(call.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('say what a throttled attempt and a lost connection were', async () => {
    const telemetry = watched();
    const { shop, clock } = scriptedShop([throttled({ requested: 2, available: 0 }), broken('ECONNRESET'), good()]);
    await clock.run(shop.graphql(query));
    const failed = telemetry
      .spans()
      .map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']]);
    expect(failed).toEqual([
      [200, 'THROTTLED'],
      [undefined, 'NETWORK_ERROR'],
      [200, undefined],
      [undefined, undefined],
    ]);
  });

  it('say what ended a call that failed, also before anything was sent', async () => {
    const telemetry = watched();
    const { shop, clock } = scriptedShop([status(404)]);
    await clock.run(rejection(shop.graphql(query)));
    const aborted = new AbortController();
    const waiting = rejection(shop.graphql('query Other { shop { id } }', {}, { signal: aborted.signal }));
    aborted.abort();
    await clock.run(waiting);
    expect(telemetry.span('query ShopName')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'HTTP_ERROR', 'shopify.attempts': 1 },
    });
    expect(telemetry.span('query Other').attributes['error.type']).toBe('ABORTED');
  });

  it('show a REST path as a template, and never the query of a URL', async () => {
    const telemetry = watched();
    const { shop, clock } = scriptedShop([() => Response.json({ customers: [] })]);
    await clock.run(shop.rest.get('customers/4711/orders.json', { query: { query: 'email:jane@customer.example' } }));
    const template = '/admin/api/{version}/customers/{id}/orders.json';
    const spans = telemetry.spans();
    expect(spans.map(({ name }) => name)).toEqual([`GET ${template}`, `GET ${template}`]);
    expect(spans[0]?.attributes).toMatchObject({
      'url.full': 'https://acme.myshopify.com/admin/api/2026-10/customers/4711/orders.json',
      'url.template': template,
    });
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('jane');
  });

  it('have names of the published list, or begin with shopify', async () => {
    const telemetry = watched();
    const published = new Set([conventions, incubating].flatMap((names: object): unknown[] => Object.values(names)));
    const { shop, clock } = scriptedShop([status(503), good()]);
    const queue = inProcessQueue();
    cleanUp.push(() => queue.close());
    queue.process('work', () => clock.run(shop.graphql(query)));
    await queue.enqueue({ type: 'work', payload: null });
    await queue.drain();
    await clock.run(shop.rest.get('products/1.json'));
    const names = new Set(telemetry.spans().flatMap(({ attributes }) => Object.keys(attributes)));
    expect(names.size).toBeGreaterThan(15);
    for (const name of names) if (!name.startsWith('shopify.')) expect(published, name).toContain(name);
  });

  it('are children of the span in which the host calls', async () => {
    const telemetry = watched();
    const { shop } = scriptedShop([good()]);
    const tracer = telemetry.provider.getTracer('host');
    await tracer.startActiveSpan('request', async (span) => {
      await shop.graphql(query);
      span.end();
    });
    const [call, request] = [telemetry.span('query ShopName'), telemetry.span('request')];
    expect(call.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  });

  it('stand for the call also within a policy of the host', async () => {
    const telemetry = watched();
    const { shop } = scriptedShop([good()], {
      policy: { execute: (work, signal) => work({ signal: signal ?? AbortSignal.timeout(60_000) }) },
    });
    await shop.graphql(query);
    expect(telemetry.spans()).toHaveLength(2);
  });
});

describe('beside the instrumentation of undici', () => {
  const transports = { fetch: () => undefined, undici: () => undiciTransport() };

  async function calling(transport: keyof typeof transports, options?: OtelOptions) {
    const telemetry = watched(options);
    const instrumentation = new UndiciInstrumentation();
    instrumentation.setTracerProvider(telemetry.provider);
    cleanUp.push(() => instrumentation.disable());
    const seen: (string | undefined)[] = [];
    const fake = createFakeShopify();
    cleanUp.push(() => fake.close());
    const { origin } = await fake.listen();
    const sender = transports[transport]();
    cleanUp.push(() => sender?.close());
    const shop = createShopifyClient({
      ...{ shop: 'demo', accessToken: 'shpat_fake', origin, isolated: true },
      ...(sender && { transport: sender }),
    });
    await shop.graphql(query);
    await (await fetch(`${origin}/elsewhere`)).text();
    await expect.poll(() => telemetry.spans().map(({ name }) => name)).toContain('GET');
    for (const call of fake.calls) seen.push(JSON.stringify(call));
    return { telemetry, seen };
  }

  it.each(['fetch', 'undici'] as const)('a request by %s is one span', async (transport) => {
    const { telemetry, seen } = await calling(transport);
    const names = telemetry.spans().map(({ name }) => name);
    // The last is a request of the host's own, so the instrumentation does work.
    expect(names).toEqual(['POST /admin/api/{version}/graphql.json', 'query ShopName', 'GET']);
    expect(seen.join()).not.toContain('traceparent');
  });

  it('`keep` leaves its spans, as children of the attempt', async () => {
    const { telemetry } = await calling('fetch', { httpSpans: 'keep' });
    const [inner, outer] = [telemetry.span('POST'), telemetry.span('POST /admin/api/{version}/graphql.json')];
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });
});

describe('the trace of a job', () => {
  async function queued(options?: OtelOptions) {
    const telemetry = watched(options);
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, retryDelaysMs: [1_000] });
    cleanUp.push(() => queue.close());
    const { shop } = scriptedShop([good()]);
    let runs = 0;
    queue.process('push', async ({ trace }) => {
      expect(trace?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
      await shop.graphql(query);
      runs += 1;
      if (runs === 1) throw new Error('once more');
    });
    await telemetry.provider.getTracer('host').startActiveSpan('request', async (span) => {
      await queue.enqueue({ type: 'push', payload: null });
      span.end();
    });
    await clock.run(queue.drain());
    return telemetry;
  }

  it('goes on from where it was queued, through each attempt, to its calls', async () => {
    const telemetry = await queued();
    const request = telemetry.span('request').spanContext();
    const [first, second] = telemetry.spans().filter(({ name }) => name === 'process push');
    const calls = telemetry.spans().filter(({ name }) => name === 'query ShopName');
    for (const job of [first, second]) {
      expect(job?.kind).toBe(SpanKind.CONSUMER);
      expect(job?.parentSpanContext).toMatchObject({ spanId: request.spanId, isRemote: true });
    }
    expect(calls.map((call) => call.parentSpanContext?.spanId)).toEqual(
      [first, second].map((job) => job?.spanContext().spanId),
    );
    expect(new Set(telemetry.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(first).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'messaging.destination.name': 'shopify-sync',
        'messaging.operation.type': 'process',
        'shopify.job.type': 'push',
        'shopify.job.attempt': 1,
        'shopify.job.outcome': 'failed',
        'error.type': 'UNKNOWN',
      },
    });
    expect(second?.attributes).toMatchObject({ 'shopify.job.attempt': 2, 'shopify.job.outcome': 'done' });
  });

  it('`link` begins a new trace that refers to it', async () => {
    const telemetry = await queued({ jobs: 'link' });
    const request = telemetry.span('request').spanContext();
    for (const job of telemetry.spans().filter(({ name }) => name === 'process push')) {
      expect(job.parentSpanContext).toBeUndefined();
      expect(job.spanContext().traceId).not.toBe(request.traceId);
      expect(job.links).toMatchObject([{ context: { traceId: request.traceId, spanId: request.spanId } }]);
    }
  });

  it('begins with a job that was queued outside of one, whoever woke the queue', async () => {
    const telemetry = watched();
    const queue = inProcessQueue();
    cleanUp.push(() => queue.close());
    await queue.enqueue({ type: 'push', payload: null });
    // What is registered within a span must not put all later jobs into it.
    telemetry.provider.getTracer('host').startActiveSpan('start', (span) => {
      queue.process('push', async () => undefined);
      span.end();
    });
    await queue.drain();
    expect(telemetry.span('process push').parentSpanContext).toBeUndefined();
  });
});

describe('metrics', () => {
  it('are those of calls: durations, attempts, points', async () => {
    const telemetry = watched();
    const { shop, clock } = scriptedShop([status(503), good({}, { requested: 12, actual: 7, available: 1_990 })]);
    await clock.run(shop.graphql(query));
    const metrics = await telemetry.metrics();
    const operation = { 'graphql.operation.name': 'ShopName', 'graphql.operation.type': 'query' };
    const domain = { 'shopify.shop.domain': 'acme.myshopify.com' };
    expect(metrics).toMatchObject({
      'shopify.call.duration': [{ attributes: operation, value: { count: 1 } }],
      'shopify.call.wait': [{ attributes: operation, value: { count: 1 } }],
      'shopify.attempts': [
        { attributes: { 'http.response.status_code': 503, 'error.type': 'HTTP_ERROR' }, value: 1 },
        { attributes: { 'http.response.status_code': 200 }, value: 1 },
      ],
      'shopify.points.used': [{ attributes: domain, value: 7 }],
      'shopify.points.available': [{ attributes: domain, value: 1_990 }],
    });
  });

  it('show the breaker, and no shop where none is wanted', async () => {
    const run = async (options: OtelOptions) => {
      const telemetry = traced(options);
      const { shop, clock } = scriptedShop([status(500)], {
        retry: { maxRetries: 0 },
        breaker: { failures: 1, operations: 1 },
      });
      await clock.run(rejection(shop.graphql(query)));
      const metrics = await telemetry.metrics();
      await telemetry.stop();
      return metrics;
    };
    const shown = await run({});
    expect(shown['shopify.breaker.state']).toEqual([
      { attributes: { 'shopify.shop.domain': 'acme.myshopify.com' }, value: 2 },
    ]);
    expect(JSON.stringify(await run({ shopInMetrics: false }))).not.toContain('acme');
  });

  it('show jobs, the depth of queues and the lag of webhooks', async () => {
    const queue = inProcessQueue({ retryDelaysMs: [] });
    cleanUp.push(() => queue.close());
    const telemetry = watched({ queues: [queue, { name: 'gone', stats: () => Promise.reject(new Error('gone')) }] });
    queue.process('work', () => Promise.reject(new Error('no')));
    await queue.enqueue({ type: 'work', payload: null });
    await queue.drain();
    await queue.enqueue({ type: 'work', payload: null, delayMs: 60_000 });
    const clock = createManualClock();
    const handler = createWebhookHandler({ secrets: 'secret', clock, on: { 'products/update': () => undefined } });
    const triggeredAt = new Date(clock.now() - 4_000).toISOString();
    for (const topic of ['products/update', 'orders/create'] as const) {
      const webhook = { secret: 'secret', shop: 'acme.myshopify.com', payload: {}, topic, triggeredAt };
      await handler(new Request('https://app.example/', { method: 'POST', ...signWebhook(webhook) }));
    }
    const metrics = await telemetry.metrics();
    const name = { 'messaging.destination.name': 'shopify-sync' };
    expect(metrics['shopify.queue.jobs']).toEqual(
      Object.entries({ waiting: 0, delayed: 1, active: 0, dead: 1 }).map(([state, value]) => ({
        attributes: { ...name, 'shopify.job.state': state },
        value,
      })),
    );
    expect(metrics['shopify.job.duration']).toMatchObject([
      { attributes: { ...name, 'shopify.job.type': 'work', 'shopify.job.outcome': 'dead' }, value: { count: 1 } },
    ]);
    expect(metrics['shopify.webhook.lag']).toMatchObject([
      {
        attributes: { 'shopify.webhook.topic': 'products/update', 'shopify.webhook.outcome': 'handled' },
        value: { sum: 4, count: 1 },
      },
      { attributes: { 'shopify.webhook.outcome': 'unhandled' }, value: { count: 1 } },
    ]);
  });
});

describe('instrumentShopwright', () => {
  it('runs once, refuses options that do not exist, and ends', async () => {
    const telemetry = traced();
    expect(() => instrumentShopwright()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    await telemetry.stop();
    for (const options of [{ queue: [] }, { jobs: 'childOf' }, { httpSpans: true }, { queues: [{}] }])
      expect(() => instrumentShopwright(options as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    const { shop } = scriptedShop([good()]);
    await shop.graphql(query);
    expect(telemetry.spans()).toEqual([]);
  });

  it('does no harm where an SDK fails', async () => {
    const fail = (): never => {
      throw new Error('in the SDK');
    };
    const processor: SpanProcessor = {
      onStart: fail,
      onEnd: fail,
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const lines: unknown[] = [];
    const log = (...line: unknown[]): number => lines.push(line);
    diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log });
    cleanUp.push(() => diag.disable());
    const provider = new TracerProvider({ spanProcessors: [processor] });
    watched({ tracerProvider: provider });
    const { shop, clock } = scriptedShop([status(503), good()]);
    expect((await clock.run(shop.graphql(query))).attempts).toBe(2);
    expect(lines.length).toBeGreaterThan(0);
  });
});
