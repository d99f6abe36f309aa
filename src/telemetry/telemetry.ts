import type { TelemetryEvent, TelemetryListener } from '../ports/events.ts';
import type { Logger } from '../ports/logger.ts';

/** Hands one event to the listener. */
export type Emit = (event: TelemetryEvent) => void;

/** An `Emit` that costs nothing without a listener, and that a faulty listener cannot break. */
export function createEmit(listener: TelemetryListener | undefined, logger: Logger | undefined): Emit {
  if (!listener) return () => undefined;
  return (event) =>
    callListener(listener, event, (error) =>
      logger?.error({ error, event: event.type }, 'the telemetry listener threw'),
    );
}

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
