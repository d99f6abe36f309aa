// Two processes under a steady load of calls and pushes, watched from outside: through the log of the fake they call,
// through probes, and at the receiver of their alerts. Prints each figure with its definition; exits with 1 if one is
// missed. `npm run load` in the root. Nothing leaves this machine: a real shop is refused.
import { type ChildProcess, fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createFakeShopify } from 'shopwright/testing';
import { isMet, type Metric, metricsOf } from './metrics.ts';
import { fromLoopback, type Work, type WorkerReport } from './work.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    'calls-per-minute': { type: 'string', default: '10000' },
    faults: { type: 'string', default: '0.01' },
    origin: { type: 'string' },
  },
});
if (values.origin !== undefined) {
  console.error(`The load starts its own fake and runs only against that: omit --origin ${values.origin}.`);
  process.exit(2);
}
const [minutes, wanted, rate] = [values.minutes, values['calls-per-minute'], values.faults].map(Number);
if (!(minutes && minutes > 0 && wanted && wanted > 0 && rate !== undefined && rate >= 0 && rate <= 1)) {
  console.error('Pass --minutes and --calls-per-minute as numbers above 0, and --faults as a share from 0 to 1.');
  process.exit(2);
}

/** An operation of the mix is about 1.05 requests: changes of one product that coincide are one push, of two calls. */
const requestsPerPiece = 1.05;

/** Milliseconds of load before measuring, to fill caches and compile code. */
const warmUpMs = 30_000;

const shopsOf = [
  ['one.myshopify.com', 'two.myshopify.com'],
  ['three.myshopify.com', 'four.myshopify.com'],
] as const;
const alarm = 'alarm.myshopify.com';
const domains = [...shopsOf.flat(), alarm];
const fake = createFakeShopify({
  shops: domains.map((domain) => ({ domain, plan: 'plus' as const })),
  faults: { rate, delayMs: 300 },
});

const responseMs: number[] = [];
const arrivals = new WeakMap<object, number>();
let isMeasuring = false;

const folder = mkdtempSync(join(tmpdir(), 'shopwright-load-'));
const children: ChildProcess[] = [];
let alertAt: number | undefined;
const alerts = createServer((_request, response) => {
  alertAt ??= Date.now();
  response.end();
});

/** The next message of a process with that field. */
async function told<T>(child: ChildProcess, field: string): Promise<T> {
  for (;;) {
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`A process of the load ended with code ${code}.`);
      }),
    ]);
    if (typeof message === 'object' && message !== null && field in message) return message[field] as T;
  }
}

const shown = ({ name, value, unit, bound: [side, limit], definition }: Metric, isGood: boolean): string => {
  const text = Number.isNaN(value) ? 'unknown' : `${Number(value.toFixed(3))} ${unit}`.trim();
  return `${isGood ? 'ok' : '!!'} ${name.padEnd(19)} ${text.padEnd(14)} ${`${side} ${limit} ${unit}`.trim().padEnd(20)} ${definition}`;
};

try {
  const { origin } = await fake.listen();
  fromLoopback(origin);
  const { port } = new URL(origin);
  subscribe('http.server.request.start', (message) => {
    const { request, socket } = message as { request: object; socket: { localPort?: number } };
    if (isMeasuring && String(socket.localPort) === port) arrivals.set(request, performance.now());
  });
  subscribe('http.server.response.finish', (message) => {
    const arrived = arrivals.get((message as { request: object }).request);
    if (arrived !== undefined) responseMs.push(performance.now() - arrived);
  });
  await new Promise<void>((resolve) => alerts.listen(0, '127.0.0.1', resolve));
  const alertUrl = `http://127.0.0.1:${(alerts.address() as AddressInfo).port}/alert`;

  console.log(
    `simulated, against the fake: ${minutes} min, ${wanted} requests a minute, ${rate * 100} % planted faults`,
  );
  const ports: number[] = [];
  for (const [index, shops] of shopsOf.entries()) {
    const perMinute = Math.ceil((1.05 * wanted) / requestsPerPiece / shopsOf.length);
    const own: Work = { origin, shops, products: 100, perMinute, folder, alertUrl, ...(index === 0 && { alarm }) };
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(own)], {
      execArgv: [...process.execArgv, '--expose-gc', '--no-warnings'],
    });
    children.push(child);
    ports.push(await told<number>(child, 'port'));
  }

  for (const child of children) child.send('go');
  await pause(warmUpMs);
  isMeasuring = true;
  const delay = monitorEventLoopDelay();
  delay.enable();
  const startedAt = Date.now();
  const untilMs = startedAt + minutes * 60_000;
  for (const child of children) child.send('measure');
  const probes: boolean[] = [];
  const probing = Promise.all(
    ports.map(async (at) => {
      while (Date.now() < untilMs) {
        const asked = fetch(`http://127.0.0.1:${at}/health`, { signal: AbortSignal.timeout(5_000) });
        probes.push(await asked.then(({ status }) => status === 200).catch(() => false));
        await pause(1_000);
      }
    }),
  );
  await pause((untilMs - startedAt) / 4);
  children[0]?.send('fault');
  await pause(Math.max(0, untilMs - Date.now()));
  const endedAt = Date.now();
  await probing;
  isMeasuring = false;
  delay.disable();
  const reports = await Promise.all(
    children.map(async (child) => {
      const report = told<WorkerReport>(child, 'report');
      child.send('stop');
      return report;
    }),
  );

  const seen = { fake, shops: shopsOf.flat(), alarm, startedAt, endedAt, responseMs, probes, alertAt, reports, wanted };
  console.log('simulated, against the fake: figure, what it is, what it must be, how it is defined');
  for (const metric of metricsOf(seen)) {
    if (!isMet(metric)) process.exitCode = 1;
    console.log(shown(metric, isMet(metric)));
  }
  // If this is long, the machine is too slow for the fake, and the figures are those of the machine.
  console.log(`the fake: its event loop came late by ${(delay.percentile(99) / 1e6).toFixed(0)} ms (99th percentile)`);
  for (const [index, { unsent, failed, heapsMb }] of reports.entries())
    console.log(
      `process ${index + 1}: heap ${heapsMb.at(-1)?.toFixed(1)} MB, ${unsent} left out, errors ${JSON.stringify(failed)}`,
    );
} finally {
  for (const child of children) child.kill();
  alerts.close();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
}
