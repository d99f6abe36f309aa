export type { BreakerState, OperationKind, TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
export type { TraceCarrier } from '../ports/job-queue.ts';
export { onTelemetry } from '../telemetry/subscribe.ts';
