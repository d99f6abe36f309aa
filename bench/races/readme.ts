import { hasEntry } from './available.ts';
import type { Catalogue } from './catalogue.ts';
import type { ContestantName } from './contestants.ts';
import { faultRun } from './faults.ts';
import { createStartGate, inLanes } from './race.ts';
import { linesOf, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';
import { throughputRun } from './throughput.ts';

const contestants: readonly ContestantName[] = ['shopwright', 'admin-api-client', 'naive loop'];

/** The table of the README: the official client and a naive loop compared with shopwright, with the same seeds. */
export async function readmeRace(settings: Settings, catalogue: Catalogue): Promise<RaceResult> {
  const heats = settings.seeds.flatMap((seed) => contestants.map((contestant) => ({ contestant, seed })));
  const gate = createStartGate();
  const throttled = await inLanes(
    heats.map((heat) => () => throughputRun({ ...heat, available: 50, costSkew: 0 }, settings, catalogue, gate)),
    settings.lanes,
  );
  const count = settings.isQuick ? 300 : 1_000;
  const faulty = await inLanes(
    heats.map(
      ({ contestant, seed }) =>
        () =>
          faultRun(contestant, seed, count, settings, catalogue),
    ),
    2,
  );
  const runs = heats.map(
    (heat, index): Run => ({
      ...heat,
      figures: {
        throttled: throttled[index]?.figures.throttled ?? Number.NaN,
        'failed permanently': throttled[index]?.figures['failed permanently'] ?? Number.NaN,
        'run twice': faulty[index]?.figures['run twice'] ?? Number.NaN,
        'reported as unknown': faulty[index]?.figures['reported as unknown'] ?? Number.NaN,
      },
    }),
  );
  const race =
    `standard shop, ${settings.operations} operations, 32 at once, from 50 points; ` +
    `run twice: plus shop, ${count} operations, lost responses`;
  return {
    race,
    runs,
    note: await markdownTable(runs),
    targets: { throttled: 2, 'failed permanently': 0, 'run twice': 0 },
  };
}

async function markdownTable(runs: readonly Run[]): Promise<string> {
  const figures = Object.fromEntries(linesOf({ race: '', runs }).map((line) => [line.contestant, line.figures]));
  const measured = (key: string): readonly string[] => contestants.map((name) => String(figures[name]?.[key] ?? '–'));
  const peer: string = '@shopify/admin-api-client';
  const exported = Object.keys(await import(peer)).join(' ');
  const official = (pattern: RegExp): string => (pattern.test(exported) ? 'yes' : 'no');
  const rows: readonly (readonly string[])[] = [
    ['', 'shopwright', '`@shopify/admin-api-client`', 'naive loop'],
    ['---', '---', '---', '---'],
    ['throttled', ...measured('throttled')],
    ['failed permanently', ...measured('failed permanently')],
    ['mutations run twice', ...measured('run twice')],
    ['bulk operations', hasEntry('shopwright/bulk') ? 'yes' : 'not yet', official(/bulk/i), 'no'],
    ['a fake Shopify for tests', hasEntry('shopwright/testing') ? 'yes' : 'not yet', official(/fake|mock|test/i), 'no'],
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
