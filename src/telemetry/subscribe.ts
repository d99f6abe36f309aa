import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';

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
  const name = `shopwright:${type}`;
  const hear = (event: unknown): void => listener(event as TelemetryEventOf<Type>);
  subscribe(name, hear);
  return () => void unsubscribe(name, hear);
}
