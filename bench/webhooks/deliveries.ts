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

/** What a server is found to bear, and what it has handled. */
interface Measured {
  readonly result: Load;
  readonly handled: number;
  readonly twice: number;
}

async function measure(kind: 'handler' | 'bare'): Promise<Measured> {
  const server = fork(`${import.meta.dirname}/server-program.ts`, [secret, kind]);
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

/**
 * A handler with memory store and in-process queue on node:http, under load from a process of its own; and a server
 * that only reads and responds, which is the most that this generator and node:http allow on this machine.
 */
export async function measureDeliveries(): Promise<void> {
  const { result: bare } = await measure('bare');
  const { result, handled, twice } = await measure('handler');
  // What is acknowledged and not handled is fast, and would flatter the numbers.
  if (handled !== result.delivered || twice > 0 || result.statuses['200'] !== result.delivered) {
    const responses = JSON.stringify(result.statuses);
    throw new Error(
      `${result.delivered} were delivered, ${handled} handled, ${twice} of them twice; responses: ${responses}`,
    );
  }

  console.log(`\nDeliveries of 1 KB over ${connections} connections, each handled once on the queue`);
  console.log(`Measured for ${measuredMs / 1_000} s after a warm-up of ${warmUpMs / 1_000} s that is not counted`);
  console.table({
    'responses a second': { measured: Math.round(result.perSecond), wanted: '5,000' },
    'bare node:http in a second': { measured: Math.round(bare.perSecond), wanted: '' },
    'share of bare node:http': { measured: (result.perSecond / bare.perSecond).toFixed(2), wanted: '' },
    'median response': { measured: `${result.medianMs.toFixed(1)} ms`, wanted: '' },
    '99 % of responses within': { measured: `${result.p99Ms.toFixed(1)} ms`, wanted: '50 ms' },
    'slowest response': { measured: `${result.maxMs.toFixed(1)} ms`, wanted: '' },
  });
}
