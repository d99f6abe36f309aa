import type { FakeShopify } from 'shopwright/testing';
import type { WorkerReport } from './work.ts';

/** One line of the result. */
export interface Metric {
  readonly name: string;
  /** What was measured, and how. */
  readonly definition: string;
  readonly value: number;
  readonly unit: string;
  /** The value must be above the bound, or below it. */
  readonly bound: readonly ['above' | 'below' | 'at most' | 'at least', number];
}

/** Observations from outside the processes. */
export interface Seen {
  readonly fake: FakeShopify;
  /** The measured shops. */
  readonly shops: readonly string[];
  /** The shop whose products were made to fail. */
  readonly alarm: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds that the server took per request. */
  readonly responseMs: readonly number[];
  /** Whether each probe got an answer. */
  readonly probes: readonly boolean[];
  /** When the first alert arrived, in milliseconds since the epoch. */
  readonly alertAt: number | undefined;
  readonly reports: readonly WorkerReport[];
  /** Calls per minute requested. */
  readonly wanted: number;
}

const mean = (list: readonly number[]): number =>
  list.length === 0 ? Number.NaN : list.reduce((sum, value) => sum + value, 0) / list.length;

const quantile = (list: readonly number[], share: number): number =>
  list.toSorted((one, other) => one - other)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;

const third = (list: readonly number[], part: 1 | 2): readonly number[] =>
  list.slice(Math.floor((list.length * part) / 3), Math.floor((list.length * (part + 1)) / 3));

/** The titles of pushed products contain the time at which the source got them: the milliseconds after the `@`. */
const changedAt = /@(\d{13})/;
const gidIn = /gid:\/\/shopify\/Product\/\d+/;

/** Computes all figures; those about the shops come from the fake's log. */
export function metricsOf(seen: Seen): readonly Metric[] {
  const { fake, shops, startedAt, endedAt, reports, wanted } = seen;
  const minutes = (endedAt - startedAt) / 60_000;
  const calls = fake.calls.filter(({ at, shop }) => shops.includes(shop) && at >= startedAt);
  const inTime = calls.filter(({ at }) => at < endedAt);

  // Each arrival of a change: when the source had it, when the shop was first called for it, and when the shop had it.
  const asked = new Map<string, number[]>();
  for (const { at, operation, variables } of calls) {
    const gid = operation.startsWith('Load') ? undefined : gidIn.exec(JSON.stringify(variables))?.[0];
    if (gid === undefined) continue;
    const times = asked.get(gid) ?? [];
    asked.set(gid, times);
    times.push(at);
  }
  const syncMs: number[] = [];
  const waitMs: number[] = [];
  for (const { at, shop, fields } of fake.executions) {
    if (!shops.includes(shop) || at < startedAt) continue;
    for (const { name, args, result } of fields) {
      const text = JSON.stringify(args);
      const since = Number(changedAt.exec(text)?.[1]);
      if (name !== 'productUpdate' || result !== 'ok' || !(since >= startedAt)) continue;
      syncMs.push(at - since);
      const first = asked.get(gidIn.exec(text)?.[0] ?? '')?.filter((time) => time >= since) ?? [];
      if (first.length > 0) waitMs.push(Math.min(...first) - since);
    }
  }

  const there = new Map(
    shops.map((shop) => [shop, new Set(fake.store.all(shop, 'Product').map(({ title }) => String(title)))]),
  );
  const changed = reports.flatMap(({ sources }) =>
    Object.entries(sources).flatMap(([shop, titles]) => Object.values(titles).map((title) => ({ shop, title }))),
  );
  const arrived = changed.filter(({ shop, title }) => there.get(shop)?.has(title)).length;
  const products = [...there.values()].reduce((sum, { size }) => sum + size, 0);

  const refusedAt = fake.executions.find(
    ({ shop, fields }) =>
      shop === seen.alarm && fields.some(({ name, result }) => name === 'productSet' && result !== 'ok'),
  )?.at;
  const alertMs = refusedAt === undefined || seen.alertAt === undefined ? Number.NaN : seen.alertAt - refusedAt;

  const heap = Math.max(...reports.map(({ heapsMb }) => mean(third(heapsMb, 2)) / mean(third(heapsMb, 1))));
  const handlesLeft = reports.reduce((sum, { handlesBefore, handlesAfter }) => {
    const more = Object.entries(handlesAfter).map(([name, count]) => Math.max(0, count - (handlesBefore[name] ?? 0)));
    return sum + more.reduce((total, count) => total + count, 0);
  }, 0);

  const share = (part: number, whole: number): number => (whole === 0 ? Number.NaN : (100 * part) / whole);
  return [
    {
      name: 'load',
      definition: "requests a minute in the fake's log while the load ran",
      ...{ value: inTime.length / minutes, unit: '/min', bound: ['at least', wanted] },
    },
    {
      name: 'API success',
      definition: "requests of the fake's log that were answered without error, planted faults included",
      ...{ value: share(calls.filter(({ outcome }) => outcome === 'ok').length, calls.length), unit: '%' },
      bound: ['above', 95],
    },
    {
      name: 'average sync',
      definition: "from a change in the source to its execution in the fake's log, mean over all that arrived",
      ...{ value: mean(syncMs) / 1_000, unit: 's', bound: ['below', 30] },
    },
    {
      name: 'queue wait',
      definition: "from a change in the source to the first request about that product in the fake's log, the longest",
      ...{ value: Math.max(...waitMs) / 60_000, unit: 'min', bound: ['below', 2] },
    },
    {
      name: 'permanent failures',
      definition: 'changed products whose last state the fake does not have after the queues were emptied',
      ...{ value: share(changed.length - arrived, changed.length), unit: '%', bound: ['below', 5] },
    },
    {
      name: 'consistency',
      definition: 'products of the fake that are as the source has them at the end',
      ...{ value: share(products - (changed.length - arrived), products), unit: '%', bound: ['above', 99.5] },
    },
    {
      name: 'uptime',
      definition: 'probes of each process, one a second, that were answered with 200 within five seconds',
      ...{ value: share(seen.probes.filter(Boolean).length, seen.probes.length), unit: '%', bound: ['above', 99.9] },
    },
    {
      name: 'alert',
      definition: "from the first planted refusal in the fake's log to the arrival of the alert",
      ...{ value: alertMs / 60_000, unit: 'min', bound: ['at most', 5] },
    },
    {
      name: 'API p95',
      definition:
        "from a request's arrival at the fake's server to the end of its response: without the waits of a client",
      ...{ value: quantile(seen.responseMs, 0.95) / 1_000, unit: 's', bound: ['below', 1] },
    },
    {
      name: 'heap',
      definition:
        'after garbage collection: mean of the last third of the time / mean of the middle third, of the worse process',
      ...{ value: heap, unit: '×', bound: ['at most', 1.05] },
    },
    {
      name: 'open handles',
      definition: 'more at the end than before the load began, in all processes',
      ...{ value: handlesLeft, unit: '', bound: ['at most', 0] },
    },
  ];
}

/** Whether a figure is within its bound. An unknown one is not. */
export function isMet({ value, bound: [side, limit] }: Metric): boolean {
  if (side === 'above') return value > limit;
  if (side === 'below') return value < limit;
  return side === 'at least' ? value >= limit : value <= limit;
}
