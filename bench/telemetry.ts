// What telemetry costs a call, as a share of its CPU over the loopback. Switched off: hooks per call × an idle hook.
// Switched on: what a listener adds, and `shopwright/otel` with exporters in memory. That is measured on a transport
// without network, whose noise would be larger. Fails over 2 % and 15 %. `npm run bench:telemetry`, which needs no
// build: it runs the sources. `-- --rounds 5` for fewer rounds than 9.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { createShopifyClient, type ShopifyClient } from '../src/index.ts';
import { instrumentShopwright } from '../src/telemetry/otel.ts';
import { onTelemetry, Telemetry, tracing } from '../src/telemetry/telemetry.ts';

const points = { maximumAvailable: 1e9, currentlyAvailable: 1e9, restoreRate: 1e9 };
const cost = { requestedQueryCost: 1, actualQueryCost: 1, throttleStatus: points };
const body = JSON.stringify({ data: { shop: { name: 'Acme' } }, extensions: { cost } });

/** The server is a separate process, so that its CPU does not count. */
if (process.argv[2] === 'server') {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(body));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
} else {
  const child = fork(import.meta.filename, ['server']);
  const [port] = await once(child, 'message');
  process.exitCode = (await measure(`http://127.0.0.1:${port}`)) ? 0 : 1;
  child.disconnect();
}

async function measure(origin: string): Promise<boolean> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
  const client = { shop: 'acme', accessToken: 'shpat_bench', isolated: true };
  const overLoopback = createShopifyClient({ ...client, origin });
  const response = { status: 200, headers: { get: () => null }, body };
  const inMemory = createShopifyClient({ ...client, transport: { name: 'memory', send: async () => response } });

  /** Microseconds per call, 32 at once. */
  const cpuOf = async (shop: ShopifyClient, calls: number): Promise<number> => {
    const before = process.cpuUsage();
    let left = calls;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await shop.graphql('query ShopName { shop { name } }');
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };

  // Counted, not assumed: the checks of a good call before it creates an event or a span.
  let hooks = 0;
  const countHook = (): void => {
    hooks += 1;
  };
  const { hears } = Telemetry.prototype;
  Telemetry.prototype.hears = function (type) {
    countHook();
    return hears.call(this, type);
  };
  Object.defineProperty(tracing, 'tracer', { configurable: true, get: countHook });
  await cpuOf(inMemory, 1);
  hooks = 0;
  await cpuOf(inMemory, 1);
  const hooksPerCall = hooks;
  Telemetry.prototype.hears = hears;
  Reflect.deleteProperty(tracing, 'tracer');

  const idle = new Telemetry();
  const idleHookNs = (): number => {
    const times = 5_000_000;
    let heard = 0;
    const before = process.cpuUsage();
    for (let at = 0; at < times; at += 1) if (idle.hears(at % 2 ? 'call' : 'attempt')) heard += 1;
    const { user, system } = process.cpuUsage(before);
    if (heard > 0) throw new Error('somebody listens');
    return ((user + system) * 1_000) / times;
  };
  idleHookNs();

  const listeners = 'listeners on three channels';
  const otel = 'shopwright/otel, exporters in memory (at most 15 %)';
  const contenders: Readonly<Record<string, () => () => unknown>> = {
    off: () => () => undefined,
    [listeners]: () => {
      const stops = (['permit', 'attempt', 'call'] as const).map((type) => onTelemetry(type, () => undefined));
      return () => stops.map((stop) => stop());
    },
    [otel]: () => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const exporter = new InMemorySpanExporter();
      const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
      const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
      const reader = new PeriodicExportingMetricReader({ exporter: metrics });
      const meterProvider = new MeterProvider({ readers: [reader] });
      const telemetry = instrumentShopwright({ tracerProvider, meterProvider });
      return async () => {
        telemetry.stop();
        context.disable();
        await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
      };
    },
  };
  const taken = new Map(Object.keys(contenders).map((name): [string, number[]] => [name, []]));
  const hookNs: number[] = [];
  const callUs: number[] = [];
  for (let round = -1; round < Number(values.rounds); round += 1) {
    for (const [name, start] of Object.entries(contenders)) {
      const stop = start();
      // Adding or removing a listener makes V8 compile the hooks again.
      await cpuOf(inMemory, 4_000);
      const us = await cpuOf(inMemory, 4_000);
      await stop();
      // The first round warms up.
      if (round >= 0) taken.get(name)?.push(us);
    }
    const loopbackUs = await cpuOf(overLoopback, 1_000);
    if (round >= 0) callUs.push(loopbackUs);
    hookNs.push(idleHookNs());
  }

  const call = quickest(callUs);
  const hook = quickest(hookNs);
  const percent = (us: number): string => `${((us / call) * 100).toFixed(2)} % of ${call.toFixed(0)} µs`;
  const idleUs = (hooksPerCall * hook) / 1_000;
  console.log(`Node ${process.version}, ${values.rounds} rounds, the quickest of each.`);
  console.log(`off: ${hooksPerCall} hooks a call × ${hook.toFixed(1)} ns, which is ${percent(idleUs)} (at most 2 %)`);
  const offUs = quickest(taken.get('off') ?? []);
  const added = (name: string): number => quickest(taken.get(name) ?? []) - offUs;
  for (const name of [listeners, otel])
    console.log(`${name}: ${added(name).toFixed(1)} µs more a call, which is ${percent(added(name))}`);
  return idleUs / call <= 0.02 && added(otel) / call <= 0.15;
}

/** Other load on the machine only adds. */
function quickest(values: readonly number[]): number {
  return Math.min(...values);
}
