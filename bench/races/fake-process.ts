/** A fake Shopify in a separate process. Started by `startFake`; ends with the process that started it. */
import { readFileSync } from 'node:fs';
import { createFakeShopify, type FakeSnapshot } from 'shopwright/testing';
import type { FakeReport, FakeSetup } from './fake-handle.ts';
import { warmUp } from './warm-up.ts';

const setup: FakeSetup = JSON.parse(process.argv[2] ?? '{}');
const { snapshotFile, ...options } = setup;
const snapshot: FakeSnapshot | undefined =
  snapshotFile === undefined ? undefined : JSON.parse(readFileSync(snapshotFile, 'utf8'));
await warmUp(snapshot);
const fake = createFakeShopify({ ...options, recordVariables: true });
if (snapshot) fake.restore(snapshot);
const { origin } = await fake.listen();

process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(report()));
process.send?.(origin);

function report(): FakeReport {
  const { pointsUsed, throttled } = fake.stats();
  const runs: Record<string, number> = {};
  for (const call of fake.calls) {
    const title = titleOf(call.variables);
    if (call.kind === 'mutation' && call.executed && title !== undefined) runs[title] = (runs[title] ?? 0) + 1;
  }
  const throttledByName: Record<string, number> = {};
  for (const { outcome, operation } of fake.calls) {
    if (outcome === 'throttled') throttledByName[operation] = (throttledByName[operation] ?? 0) + 1;
  }
  const tooMany = fake.calls.filter((call) => call.status === 429 && call.fault === undefined).length;
  return { calls: fake.calls.length, pointsUsed, throttled, throttledByName, tooMany, runs };
}

function titleOf({ input }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof input !== 'object' || input === null || !('title' in input)) return undefined;
  return typeof input.title === 'string' ? input.title : undefined;
}
