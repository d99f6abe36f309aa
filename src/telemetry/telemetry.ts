import type { Channel } from 'node:diagnostics_channel';
import type { OperationKind, TelemetryEvent, TelemetryEventOf, TelemetryListener } from '../ports/events.ts';
import type { TraceCarrier } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';

const channels = new Map<string, Channel>();

/**
 * Returns the channel of one type of event, such as `shopwright:call`; `undefined` in runtimes without diagnostics
 * channels.
 */
export function channelOf(type: TelemetryEvent['type']): Channel | undefined {
  return channels.get(type) ?? openChannel(type);
}

/** Looked up rather than imported, so that the same module loads in an edge runtime, whose `process` may throw. */
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
 * Subscribes to one type of event of the whole process: all clients, queues and webhook handlers. Events are published
 * synchronously through `node:diagnostics_channel`, on the channel `shopwright:<type>`, and created only while there
 * are listeners.
 *
 * An error thrown by the listener does not affect the call; Node reports it as an uncaught exception.
 *
 * @returns A function that ends the subscription.
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

/** Sends events to a host's listener and to the channels. Errors in either do not affect the reported work. */
export class Telemetry {
  readonly #listener: TelemetryListener | undefined;
  readonly #logger: Logger | undefined;

  /** @param listener The host's own, in addition to subscribers of the channels. */
  constructor(listener?: TelemetryListener, logger?: Logger) {
    this.#listener = listener;
    this.#logger = logger;
  }

  /** Whether events of that type have a listener. Checked first, so that no event is created without one. */
  hears(type: TelemetryEvent['type']): boolean {
    return this.#listener !== undefined || channelOf(type)?.hasSubscribers === true;
  }

  emit(event: TelemetryEvent): void {
    const { type } = event;
    // If a subscriber throws, Node still notifies the others and reports an uncaught exception later.
    channelOf(type)?.publish(event);
    callListener(this.#listener, event, (error) =>
      this.#logger?.error({ error, event: type }, 'the telemetry listener threw'),
    );
  }
}

/** Traces the work of this package, as `shopwright/otel` does. It must not throw. */
export interface Tracer {
  /** Starts a span. Its parent is the active span or, for a job, the one its carrier names. */
  begin(work: TracedWork): TracedSpan;
  /** Returns the active trace, to be stored with a job; `null` if there is none. */
  carrier(): TraceCarrier | null;
}

/** A started span. */
export interface TracedSpan {
  /** Runs a part of the work with this span as the active one. */
  run<T>(part: () => T): T;
  /** Ends the span, with the outcome of the work. */
  end(event: TelemetryEventOf<'call' | 'attempt' | 'job'>): void;
}

/** Work that gets its own span. */
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
 * Wraps a logger so that its errors are dropped: a call that Shopify has carried out must not fail because of its log
 * line.
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
 * Calls a host's listener, if there is one. Its errors go to `onError`.
 *
 * An async function also works; its rejection would otherwise end the process.
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
