import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { oldBuild, oldCommit } from '../old-build.ts';

const run = promisify(execFile);
const secret = 'shpss_0123456789abcdef0123456789abcdef';
const connections = 32;
const warmUpMs = 1_000;
const measuredMs = 3_000;
/** Number of measurements per build, in turn, since a machine's speed varies from second to second. */
const rounds = 3;

interface Load {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly delivered: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** The rate that a server sustains, and what it has handled. */
interface Measured {
  readonly result: Load;
  readonly handled: number;
  readonly twice: number;
}

/** @param build Folder of a build of shopwright, or `bare`. */
async function measure(build: string): Promise<Measured> {
  const server = fork(`${import.meta.dirname}/server-program.ts`, [secret, build]);
  const [{ port }] = (await once(server, 'message')) as [{ readonly port: number }];
  const load = `${import.meta.dirname}/load-program.ts`;
  const options = [port, secret, connections, warmUpMs, measuredMs].map(String);
  const { stdout } = await run(process.execPath, [load, ...options]);
  const result = JSON.parse(stdout) as Load;

  const told = once(server, 'message');
  server.send('end');
  const [{ handled, twice }] = (await told) as [{ readonly handled: number; readonly twice: number }];
  return { result, handled, twice };
}

/** The median round, by rate. */
const middle = (measured: readonly Load[]): Load | undefined =>
  measured.toSorted((one, other) => one.perSecond - other.perSecond)[Math.floor(measured.length / 2)];

/**
 * A handler with memory store and in-process queue on node:http, under load from a separate process: of this build, and
 * of an old one in turn. And a server that only reads and responds, which is the maximum for this generator and
 * node:http on this machine.
 */
export async function measureDeliveries(): Promise<void> {
  const builds = { bare: 'bare', [oldCommit]: oldBuild(), shopwright: resolve(import.meta.dirname, '../..') };
  const loads: Record<string, Load[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, build] of Object.entries(builds)) {
      const { result, handled, twice } = await measure(build);
      // Deliveries acknowledged but not handled are fast, and would falsify the numbers.
      if (
        name !== 'bare' &&
        (handled !== result.delivered || twice > 0 || result.statuses['200'] !== result.delivered)
      ) {
        const responses = JSON.stringify(result.statuses);
        throw new Error(
          `${result.delivered} were delivered to ${name}, ${handled} handled, ${twice} of them twice; responses: ${responses}`,
        );
      }
      loads[name] = [...(loads[name] ?? []), result];
    }
  }
  const [bare, old, own] = ['bare', oldCommit, 'shopwright'].map((name) => middle(loads[name] ?? []));
  if (!bare || !old || !own) throw new Error('Nothing was measured.');

  console.log(`\nDeliveries of 1 KB over ${connections} connections, each handled once on the queue`);
  console.log(
    `The middle of ${rounds} rounds of ${measuredMs / 1_000} s, each after a warm-up of ${warmUpMs / 1_000} s that is not counted`,
  );
  const row = (load: Load) => ({
    'responses a second': Math.round(load.perSecond),
    'share of bare node:http': (load.perSecond / bare.perSecond).toFixed(2),
    median: `${load.medianMs.toFixed(1)} ms`,
    '99 % within': `${load.p99Ms.toFixed(1)} ms`,
    slowest: `${load.maxMs.toFixed(1)} ms`,
  });
  console.table({ 'bare node:http': row(bare), [`build of ${oldCommit}`]: row(old), shopwright: row(own) });
  console.log(
    `${(own.perSecond / old.perSecond).toFixed(2)} times the deliveries of ${oldCommit} (wanted: 2), and ` +
      `${(own.p99Ms / old.p99Ms).toFixed(2)} of its time for 99 % (wanted: at most 1)`,
  );
}
