// @ts-nocheck
import type { Channel } from 'node:diagnostics_channel';
import type { OperationKind, TelemetryEvent, TelemetryEventOf, TelemetryListener } from '../ports/events.ts';
import type { TraceCarrier } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';

const channels = new Map<string, Channel>();

/** The channel of one type of event, such as `shopwright:call`; `undefined` where there are none, as in an edge runtime. */
export function channelOf(type: TelemetryEvent['type']): Channel | undefined {
  return channels.get(type) ?? openChannel(type);
}

/** Asked for and not imported, so that one and the same module loads in an edge runtime, whose `process` may throw. */
function openChannel(type: string): Channel | undefined {
  try {
    const channel = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel').channel(`shopwright:${type}`);
    if (channel) channels.set(type, channel);
    return channel;
  } catch {
    return undefined;
  }
}

/**
 * Listens to one type of event of the whole process: all clients, queues and webhook handlers. The events come through
 * `node:diagnostics_channel`, in the channel `shopwright:<type>`, synchronously. While nobody listens none is made.
 *
 * An error that the listener throws does no harm to the call; Node reports it as an uncaught exception.
 *
 * @returns What ends it.
 *
 * @example
 * const stop = onTelemetry('call', ({ operation, durationMs }) => histogram.record(durationMs, { operation }));
 */
export function onTelemetry<Type extends TelemetryEvent['type']>(
  type: Type,
  listener: (event: TelemetryEventOf<Type>) => void,
): () => void {
  const channel = channelOf(type);
  const hear = (event: unknown): void => listener(event as TelemetryEventOf<Type>);
  channel?.subscribe(hear);
  return () => void channel?.unsubscribe(hear);
}

/** Tells a host's listener and the channels what happens. Neither can break what it hears of. */
export class Telemetry {
  readonly #listener: TelemetryListener | undefined;
  readonly #logger: Logger | undefined;

  /** @param listener The host's own, beside whoever has subscribed to the channels. */
  constructor(listener?: TelemetryListener, logger?: Logger) {
    this.#listener = listener;
    this.#logger = logger;
  }

  /** Whether anybody listens to events of that type. Asked before one is made, so that nothing is made for nobody. */
  hears(type: TelemetryEvent['type']): boolean {
    return this.#listener !== undefined || channelOf(type)?.hasSubscribers === true;
  }

  emit(event: TelemetryEvent): void {
    const { type } = event;
    // Where a subscriber throws, Node lets the rest hear of the event and reports an uncaught exception later.
    channelOf(type)?.publish(event);
    callListener(this.#listener, event, (error) =>
      this.#logger?.error({ error, event: type }, 'the telemetry listener threw'),
    );
  }
}

/** What puts the work of this package into a trace. `shopwright/otel` is one. It must not throw. */
export interface Tracer {
  /** Begins a span. Its parent is the active one, or for a job the one that its carrier names. */
  begin(work: TracedWork): TracedSpan;
  /** The active trace, to travel with a job; `null` outside of one. */
  carrier(): TraceCarrier | null;
}

/** A span that has begun. */
export interface TracedSpan {
  /** Runs a part of the work with this span as the active one. */
  run<T>(part: () => T): T;
  /** Ends it, with what came of the work. */
  end(event: TelemetryEventOf<'call' | 'attempt' | 'job'>): void;
}

/** Work that is a span of its own. */
export type TracedWork =
  | {
      readonly type: 'call';
      readonly shop: string;
      readonly operation: string;
      readonly kind: OperationKind;
      readonly origin: string;
    }
  | {
      readonly type: 'attempt';
      readonly shop: string;
      readonly attempt: number;
      readonly method: string;
      /** With its query, which must not be shown. */
      readonly url: string;
    }
  | {
      readonly type: 'job';
      readonly queue: string;
      readonly jobId: string;
      readonly jobType: string;
      readonly attempt: number;
      readonly trace: TraceCarrier | null;
    };

/** The number is the shape's version: copies of the package with another shape must not share a tracer. */
const tracingSymbol = Symbol.for('shopwright.tracing/1');

interface Tracing {
  tracer?: Tracer | undefined;
}

function processTracing(): Tracing {
  const scope = globalThis as { [tracingSymbol]?: Tracing };
  scope[tracingSymbol] ??= {};
  return scope[tracingSymbol];
}

/** The tracer of this process, shared by all copies of this module: without one, each hook costs one comparison. */
export const tracing: Tracing = /* @__PURE__ */ processTracing();

/**
 * A logger that cannot break what it logs about: what the host's own throws is dropped, since there is
 * nobody left to tell. A call that Shopify has carried out must not fail for its log line.
 */
export function safeLogger(logger: Logger | undefined): Logger | undefined {
  if (!logger) return undefined;
  const safely =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // See above.
      }
    };
  return { debug: safely('debug'), info: safely('info'), warn: safely('warn'), error: safely('error') };
}

/**
 * Calls a host's listener, if there is one, which cannot break what it listens to: what it throws goes to `onError`.
 *
 * An async function fits too, and what it rejects with would end the process if nobody took it.
 */
export function callListener<Event>(
  listener: ((event: Event) => void) | undefined,
  event: Event,
  onError: (error: unknown) => void,
): void {
  try {
    const returned: unknown = listener?.(event);
    if (returned instanceof Promise) returned.catch(onError);
  } catch (error) {
    onError(error);
  }
}
