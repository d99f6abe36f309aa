import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  createTraceState,
  diag,
  type Histogram,
  isSpanContextValid,
  type MeterProvider,
  metrics,
  type ObservableGauge,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { BreakerState, OperationKind, TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
import type { JobQueue, TraceCarrier } from '../ports/job-queue.ts';
import { onTelemetry, type TracedSpan, type TracedWork, type Tracer, tracing } from './telemetry.ts';

/** Options of `instrumentShopwright`. All are optional. */
export interface OtelOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider;
  /** Queues whose depth and age are measured, once per export. Default: none. */
  readonly queues?: readonly Pick<JobQueue, 'name' | 'stats'>[];
  /**
   * How the span of a job's attempt relates to the trace in which the job was queued. `parent` (default): both are in
   * one trace. `link`: a new trace links to it, which suits jobs that wait for hours.
   */
  readonly jobs?: 'parent' | 'link';
  /**
   * What to do with spans of the same HTTP request from other instrumentations, such as undici's. `suppress` (default):
   * none is created, and no trace header is sent to Shopify. `keep`: they become children of the attempt.
   */
  readonly httpSpans?: 'suppress' | 'keep';
  /**
   * Whether metrics include the shop. `false` also omits the remaining points and the breaker, which are meaningless
   * without it; use it for apps on thousands of shops. Default `true`.
   */
  readonly shopInMetrics?: boolean;
}

/** A running instrumentation. */
export interface OtelInstrumentation {
  /** Stops it. Spans already started end with their work. */
  stop(): void;
  /** Calls `stop()`, for `using`. */
  [Symbol.dispose](): void;
}

const optionNames: Record<keyof OtelOptions, true> = {
  tracerProvider: true,
  meterProvider: true,
  queues: true,
  jobs: true,
  httpSpans: true,
  shopInMetrics: true,
};

/**
 * Creates spans and metrics for all calls, jobs and webhooks of this process. Call it once at startup, after the
 * OpenTelemetry SDK. docs/telemetry.md lists them.
 *
 * A call is a CLIENT span, with a child CLIENT span for each of its attempts. No span contains a token, variable, body,
 * header or the query of a URL.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option, or if it is already running.
 *
 * @example
 * import { instrumentShopwright } from 'shopwright/otel';
 * instrumentShopwright({ queues: [queue] });
 */
export function instrumentShopwright(options: OtelOptions = {}): OtelInstrumentation {
  const { queues = [], jobs = 'parent', httpSpans = 'suppress', shopInMetrics = true } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...unknownValue('jobs', jobs, ['parent', 'link']),
    ...unknownValue('httpSpans', httpSpans, ['suppress', 'keep']),
  ];
  if (!Array.isArray(queues) || queues.some((queue) => typeof queue?.stats !== 'function'))
    issues.push({ field: 'queues', message: 'must be a list of queues, such as [inProcessQueue()]' });
  if (tracing.tracer)
    issues.push({ field: 'instrumentShopwright', message: 'is already running in this process; stop it' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  const tracer = createTracer(options.tracerProvider ?? trace.getTracerProvider(), { jobs, httpSpans });
  tracing.tracer = tracer;
  const endMetrics = measure(options.meterProvider ?? metrics.getMeterProvider(), queues, shopInMetrics);
  const stop = (): void => {
    if (tracing.tracer === tracer) tracing.tracer = undefined;
    endMetrics();
  };
  return { stop, [Symbol.dispose]: stop };
}

/** Runs code of the host's SDK, which must not break what it observes. */
function safely<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    diag.error('shopwright/otel failed', error instanceof Error ? error.name : typeof error);
    return otherwise;
  }
}

/** The SDK checks this before it creates a span: `createContextKey` returns the same key for the same name. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const noSpan: TracedSpan = { run: (part) => part(), end: () => undefined };

type SpanOptions = Required<Pick<OtelOptions, 'jobs' | 'httpSpans'>>;

function createTracer(provider: TracerProvider, { jobs, httpSpans }: SpanOptions): Tracer {
  const tracer = provider.getTracer('shopwright');

  const begin = (work: TracedWork): TracedSpan => {
    if (work.type === 'job') {
      const origin = contextOf(work.trace);
      const linked = origin && jobs === 'link' ? trace.getSpanContext(origin) : undefined;
      const parent = origin && !linked ? origin : ROOT_CONTEXT;
      const options = { kind: SpanKind.CONSUMER, attributes: attributesOfJob(work) };
      const links = linked ? [{ context: linked }] : [];
      return traced(tracer.startSpan(`process ${work.jobType}`, { ...options, links }, parent), parent);
    }
    const active = context.active();
    const { name, attributes } = work.type === 'call' ? describeCall(work) : describeAttempt(work);
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
    const within = work.type === 'attempt' && httpSpans === 'suppress' ? active.setValue(suppressed, true) : active;
    return traced(span, within);
  };

  return {
    begin: (work) => safely(() => begin(work), noSpan),
    carrier: () => safely(() => carrierOf(context.active()), null),
  };
}

function traced(span: Span, within: Context): TracedSpan {
  const active = trace.setSpan(within, span);
  return {
    run: (part) => context.with(active, part),
    end: (event) =>
      safely(() => {
        if (event.errorCode !== null) span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttributes(attributesOfEnd(event));
        span.end();
      }, undefined),
  };
}

interface Described {
  readonly name: string;
  readonly attributes: Attributes;
}

/** Returns a path as a template, such as `/admin/api/{version}/products/{id}.json`. */
const templateOf = (path: string): string =>
  path.replace(/\/api\/[^/]+/, '/api/{version}').replaceAll(/(?<=\/)\d+(?=[/.]|$)/g, '{id}');

/** Attributes by origin: parsing a URL costs more than all other attributes of a span. */
const servers = new Map<string, Attributes>();

const mostServers = 5_000;

function serverOf(origin: string): Attributes {
  const known = servers.get(origin);
  if (known) return known;
  const { hostname, port, protocol } = new URL(origin);
  const server = { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'http:' ? 80 : 443) };
  if (servers.size >= mostServers) servers.clear();
  servers.set(origin, server);
  return server;
}

/** Returns a call's name and attributes for spans and metrics. REST calls have a resource instead of an operation. */
function nameOf(kind: OperationKind, operation: string): Described {
  if (kind !== 'rest')
    return {
      name: `${kind} ${operation}`,
      attributes: { 'graphql.operation.name': operation, 'graphql.operation.type': kind },
    };
  const [method = '', resource = ''] = operation.split(' ');
  const template = templateOf(`/admin/api/version/${resource}`);
  return {
    name: `${method} ${template}`,
    attributes: { 'http.request.method': method, 'url.template': template },
  };
}

function describeCall({ shop, operation, kind, origin }: Extract<TracedWork, { type: 'call' }>): Described {
  const { name, attributes } = nameOf(kind, operation);
  return { name, attributes: { ...attributes, ...serverOf(origin), 'shopify.shop.domain': shop } };
}

/** The names are those of https://opentelemetry.io/docs/specs/semconv/http/http-spans/, as of version 1.45. */
function describeAttempt({ shop, method, url, attempt }: Extract<TracedWork, { type: 'attempt' }>): Described {
  // A query can contain a customer's address, and a cursor the values its page is sorted by.
  const [full = ''] = url.split('?', 1);
  const at = full.indexOf('/', 'https://'.length);
  const path = full.slice(at);
  const template = templateOf(path);
  const version = /\/api\/([^/]+)/.exec(path)?.[1];
  return {
    name: `${method} ${template}`,
    attributes: {
      'http.request.method': method,
      ...serverOf(full.slice(0, at)),
      'url.full': full,
      'url.template': template,
      'shopify.shop.domain': shop,
      ...(version !== undefined && { 'shopify.api.version': version }),
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    },
  };
}

function attributesOfJob({ queue, jobId, jobType, attempt }: Extract<TracedWork, { type: 'job' }>): Attributes {
  return {
    'messaging.operation.type': 'process',
    'messaging.destination.name': queue,
    'messaging.message.id': jobId,
    'shopify.job.type': jobType,
    'shopify.job.attempt': attempt,
  };
}

/** Returns the error type: the status if it is an error, otherwise our code. */
const errorTypeOf = (errorCode: string, status: number | null): string =>
  status !== null && status >= 400 ? String(status) : errorCode;

function attributesOfEnd(event: TelemetryEventOf<'call' | 'attempt' | 'job'>): Attributes {
  const { errorCode } = event;
  switch (event.type) {
    case 'call':
      return {
        'shopify.attempts': event.attempts,
        'shopify.wait.duration': event.waitedMs / 1000,
        ...(errorCode !== null && { 'error.type': errorCode }),
      };
    case 'job':
      return { 'shopify.job.outcome': event.outcome, ...(errorCode !== null && { 'error.type': errorCode }) };
    default: {
      const { status, requestedCost, actualCost, available, requestId } = event;
      return {
        ...(status !== null && { 'http.response.status_code': status }),
        ...(requestedCost !== null && { 'shopify.cost.requested': requestedCost }),
        ...(actualCost !== null && { 'shopify.cost.actual': actualCost }),
        ...(available !== null && { 'shopify.points.available': available }),
        ...(requestId !== null && { 'shopify.request.id': requestId }),
        ...(errorCode !== null && { 'error.type': errorTypeOf(errorCode, status), 'shopify.error.code': errorCode }),
      };
    }
  }
}

/** Characters of `tracestate` that W3C Trace Context requires to be passed on. */
const longestState = 512;

/** Returns the active trace, without baggage, which belongs to the host and would be stored in the queue. */
function carrierOf(active: Context): TraceCarrier | null {
  const span = trace.getSpanContext(active);
  if (!span || !isSpanContextValid(span)) return null;
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
  const tracestate = span.traceState?.serialize() ?? '';
  return tracestate && tracestate.length <= longestState ? { traceparent, tracestate } : { traceparent };
}

/** Returns the trace of a carrier. Anyone can write to a queue, so an invalid carrier is ignored. */
function contextOf(carrier: TraceCarrier | null): Context | undefined {
  const { traceparent, tracestate } = (carrier ?? {}) as Readonly<Record<keyof TraceCarrier, unknown>>;
  const parts = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(String(traceparent));
  if (!parts) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = parts;
  const state = typeof tracestate === 'string' && tracestate.length <= longestState ? tracestate : undefined;
  const span = {
    ...{ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true },
    ...(state !== undefined && { traceState: createTraceState(state) }),
  };
  return isSpanContextValid(span) ? trace.setSpanContext(ROOT_CONTEXT, span) : undefined;
}

/** Bounds in seconds: a call can wait for points for minutes. */
const secondsAdvice = { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] };

/** Bounds in seconds: a webhook can arrive two days late. */
const lagAdvice = { explicitBucketBoundaries: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400, 172_800] };

const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Maximum number of shops whose last value is kept. */
const mostShops = 5_000;

/** The last value of each shop; the oldest is dropped if there are too many. */
class LastValues {
  readonly #values = new Map<string, number>();

  set(shop: string, value: number): void {
    this.#values.delete(shop);
    this.#values.set(shop, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > mostShops && oldest !== undefined) this.#values.delete(oldest);
  }

  /** Reports the values through a gauge. @returns A function that stops this. */
  observe(gauge: ObservableGauge): () => void {
    const show = (result: { observe(value: number, attributes: Attributes): void }): void => {
      for (const [shop, value] of this.#values) result.observe(value, { 'shopify.shop.domain': shop });
    };
    gauge.addCallback(show);
    return () => gauge.removeCallback(show);
  }
}

/** Records metrics from events. @returns A function that stops this. */
function measure(
  provider: MeterProvider,
  queues: readonly Pick<JobQueue, 'name' | 'stats'>[],
  shopInMetrics: boolean,
): () => void {
  const meter = provider.getMeter('shopwright');
  const seconds = (name: string, description: string, advice = secondsAdvice): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice });
  const callDuration = seconds('shopify.call.duration', 'From the start of a call to its end, including waits.');
  const callWait = seconds('shopify.call.wait', 'Time that a call waited for points and between attempts.');
  const attempts = meter.createCounter('shopify.attempts', { description: 'Requests sent.', unit: '{request}' });
  const used = meter.createCounter('shopify.points.used', { description: 'Points charged.', unit: '{point}' });
  const jobDuration = seconds('shopify.job.duration', 'Time of one attempt of a job.');
  const lag = seconds('shopify.webhook.lag', 'From the change in the shop to the end of its delivery.', lagAdvice);
  const available = new LastValues();
  const breakers = new LastValues();
  const ofShop = (shop: string): Attributes => (shopInMetrics ? { 'shopify.shop.domain': shop } : {});

  const listen = <Type extends TelemetryEvent['type']>(type: Type, note: (event: TelemetryEventOf<Type>) => void) =>
    onTelemetry(type, (event) => safely(() => note(event), undefined));
  const ends = [
    listen('call', ({ kind, operation, durationMs, waitedMs, errorCode }) => {
      const { attributes } = nameOf(kind, operation);
      const failed = errorCode === null ? attributes : { ...attributes, 'error.type': errorCode };
      callDuration.record(durationMs / 1000, failed);
      callWait.record(waitedMs / 1000, attributes);
    }),
    listen('attempt', ({ shop, status, errorCode, actualCost, available: left }) => {
      attempts.add(1, {
        ...(status !== null && { 'http.response.status_code': status }),
        ...(errorCode !== null && { 'error.type': errorCode }),
      });
      if (actualCost !== null && actualCost > 0) used.add(actualCost, ofShop(shop));
      if (left !== null) available.set(shop, left);
    }),
    listen('breaker', ({ shop, state }) => breakers.set(shop, breakerValues[state])),
    listen('job', ({ queue, jobType, outcome, durationMs }) =>
      jobDuration.record(durationMs / 1000, {
        ...{ 'messaging.destination.name': queue, 'shopify.job.type': jobType, 'shopify.job.outcome': outcome },
      }),
    ),
    listen('webhook', ({ topic, outcome, lagMs }) => {
      if (lagMs === null) return;
      // An unhandled delivery can name any topic, which would make the metric's values unbounded.
      const known = topic !== null && outcome !== 'unhandled' ? { 'shopify.webhook.topic': topic } : {};
      lag.record(lagMs / 1000, { ...known, 'shopify.webhook.outcome': outcome });
    }),
    observeQueues(queues),
  ];
  if (shopInMetrics) {
    const left = { description: 'Points left, according to the last response.', unit: '{point}' };
    const state = { description: '0 closed, 1 half-open, 2 open; none before its first change.' };
    ends.push(
      available.observe(meter.createObservableGauge('shopify.points.available', left)),
      breakers.observe(meter.createObservableGauge('shopify.breaker.state', state)),
    );
  }
  return () => {
    for (const end of ends) end();
  };

  function observeQueues(all: readonly Pick<JobQueue, 'name' | 'stats'>[]): () => void {
    if (all.length === 0) return () => undefined;
    const depth = { description: 'Jobs by state.', unit: '{job}' };
    const jobs = meter.createObservableGauge('shopify.queue.jobs', depth);
    const oldest = { description: 'How long the oldest waiting job has been due.', unit: 's' };
    const age = meter.createObservableGauge('shopify.queue.age', oldest);
    type Show = Parameters<typeof meter.addBatchObservableCallback>[0];
    const show: Show = async (result) => {
      for (const queue of all) {
        const name = { 'messaging.destination.name': queue.name };
        try {
          const { waiting, delayed, active, dead, oldestWaitingMs } = await queue.stats();
          for (const [state, count] of Object.entries({ waiting, delayed, active, dead }))
            result.observe(jobs, count, { ...name, 'shopify.job.state': state });
          result.observe(age, (oldestWaitingMs ?? 0) / 1000, name);
        } catch {
          diag.warn(`shopwright/otel: the queue ${queue.name} returns no statistics`);
        }
      }
    };
    meter.addBatchObservableCallback(show, [jobs, age]);
    return () => meter.removeBatchObservableCallback(show, [jobs, age]);
  }
}
