/**
 * The events of all clients of this process, for tools that watch it.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 */
// @ts-nocheck

export type { ApiVersions } from '../http/version-watch.ts';
export type { BreakerState, OperationKind, TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
export type { TraceCarrier } from '../ports/job-queue.ts';
export { type RecordTraceOptions, recordTrace, type TraceRecording } from '../telemetry/record-trace.ts';
export { onTelemetry } from '../telemetry/telemetry.ts';
