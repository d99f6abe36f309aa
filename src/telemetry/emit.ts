import type { Logger, TelemetryEvent, TelemetryListener } from './types.ts';

/** Hands one event to the listener. */
export type Emit = (event: TelemetryEvent) => void;

/** An `Emit` that costs nothing without a listener, and that a faulty listener cannot break. */
export function createEmit(listener: TelemetryListener | undefined, logger: Logger | undefined): Emit {
  if (!listener) return () => undefined;
  return (event) => {
    const failed = (error: unknown): void =>
      logger?.error({ error, event: event.type }, 'the telemetry listener threw');
    try {
      // An async function fits too, and what it rejects with would end the process if nobody took it.
      const told: unknown = listener(event);
      if (told instanceof Promise) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
