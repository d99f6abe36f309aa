// @ts-nocheck
import type { TelemetryEvent } from 'shopwright';
import type { LimiterStatus } from 'shopwright/limiter';
import type { PushSummary, SyncHealth } from 'shopwright/sync';

/** Counts the client's calls, from its telemetry. */
export function createCallCounter(): {
  readonly listener: (event: TelemetryEvent) => void;
  readonly totals: CallTotals;
} {
  const totals: CallTotals = { calls: 0, throttled: 0, retries: 0, points: 0, waitedMs: 0 };
  return {
    totals,
    listener(event) {
      if (event.type === 'attempt') {
        totals.calls += 1;
        if (event.errorCode === 'THROTTLED') totals.throttled += 1;
        totals.points += event.actualCost ?? 0;
      }
      if (event.type === 'retry') totals.retries += 1;
      if (event.type === 'permit') totals.waitedMs += event.waitedMs;
    },
  };
}

export interface CallTotals {
  calls: number;
  throttled: number;
  retries: number;
  /** Points that Shopify charged. */
  points: number;
  waitedMs: number;
}

export function printSummary(
  summary: PushSummary,
  totals: CallTotals,
  limiter: LimiterStatus | undefined,
  health: SyncHealth,
): void {
  const { counts } = summary;
  const seconds = summary.durationMs / 1000;
  const rows: [string, string][] = [
    ['pushed', `${counts.created + counts.updated} (${counts.created} created, ${counts.updated} updated)`],
    ['unchanged', String(counts.unchanged)],
    ['invalid', String(counts.invalid)],
    ['failed', String(counts.failed)],
    ['skipped', String(counts.skipped)],
    ['throttled responses', `${totals.throttled} of ${totals.calls} calls`],
    ['retries', String(totals.retries)],
    ['points used', pointsLine(totals.points, limiter, seconds)],
    ['time', `${seconds.toFixed(1)} s`],
    [
      'health',
      `${health.status} (${health.records.synced} synced, ${health.records.failed} failed, ${health.records.pending + health.records.syncing} open)`,
    ],
  ];
  if (counts['would-create'] + counts['would-update'] > 0) {
    rows.unshift(['would create', String(counts['would-create'])], ['would update', String(counts['would-update'])]);
  }
  console.log('\nSummary');
  for (const [name, value] of rows) console.log(`  ${name.padEnd(18)} ${value}`);
  for (const { localId, issues } of summary.invalid) {
    console.log(`\n  invalid: ${localId ?? '(no id)'}`);
    for (const issue of issues) console.log(`    ${issue.field}: ${issue.message}`);
  }
  for (const { localId, error } of summary.failed) console.log(`\n  failed: ${localId}: ${error.message}`);
  if (summary.stoppedBy instanceof Error)
    console.log(`\nStopped: ${summary.stoppedBy.message}\nRun it again to finish the rest.`);
}

function pointsLine(points: number, limiter: LimiterStatus | undefined, seconds: number): string {
  if (!limiter) return '0';
  const possible = limiter.maximumAvailable + limiter.restoreRate * seconds;
  return `${Math.round(points)} of ${Math.round(possible)} possible (a full bucket of ${limiter.maximumAvailable}, ${limiter.restoreRate}/s)`;
}
