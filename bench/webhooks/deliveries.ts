import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);
const secret = 'shpss_0123456789abcdef0123456789abcdef';
const connections = 32;
const warmUpMs = 1_000;
const measuredMs = 3_000;

interface Load {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly delivered: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** A handler with memory store and in-process queue on node:http, under load from a process of its own. */
export async function measureDeliveries(): Promise<void> {
  const server = fork(`${import.meta.dirname}/server-program.ts`, [secret]);
  const [{ port }] = (await once(server, 'message')) as [{ readonly port: number }];
  const load = `${import.meta.dirname}/load-program.ts`;
  const options = [port, secret, connections, warmUpMs, measuredMs].map(String);
  const { stdout } = await run(process.execPath, [load, ...options]);
  const result = JSON.parse(stdout) as Load;

  const told = once(server, 'message');
  server.send('end');
  const [{ handled, twice }] = (await told) as [{ readonly handled: number; readonly twice: number }];
  // What is answered and not handled is fast, and would flatter the numbers.
  if (handled !== result.delivered || twice > 0 || result.statuses['200'] !== result.delivered) {
    const answers = JSON.stringify(result.statuses);
    throw new Error(
      `${result.delivered} were delivered, ${handled} handled, ${twice} of them twice; answers: ${answers}`,
    );
  }

  console.log(`\nDeliveries of 1 KB over ${connections} connections, each handled once on the queue`);
  console.table({
    'answered in a second': { measured: Math.round(result.perSecond), wanted: '5,000' },
    'median of the answer': { measured: `${result.medianMs.toFixed(1)} ms`, wanted: '' },
    '99 % answered within': { measured: `${result.p99Ms.toFixed(1)} ms`, wanted: '50 ms' },
    'slowest answer': { measured: `${result.maxMs.toFixed(1)} ms`, wanted: '' },
  });
}
