import type { Logger, TelemetryEvent, TelemetryListener } from '../ports/logger.ts';
import { callListener } from './call-listener.ts';

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
