import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobContext, JobQueue, NewJob } from '../../../ports/job-queue.ts';
import { defer } from '../../../queue/defer.ts';
import { codeOf, longMs, type QueueCase, type QueueHarness } from './harness.ts';

const oddTexts = ['gid://shopify/Product/1', 'a:b:c', '*?[x]', 'línea\nnueva', '😀', '{tag}', ' ', '__proto__', '7'];

/** Queueing, and what handlers receive. */
export const enqueueCases: readonly QueueCase[] = [
  {
    name: 'gives each new job its own id',
    async check({ add }, expect) {
      const jobs = [await add(1), await add(1)];
      expect(jobs.map(({ isNew, id }) => isNew && id.length > 0)).toEqual([true, true]);
      expect(jobs[0]?.id === jobs[1]?.id).toBe(false);
    },
  },
  {
    name: 'passes a job to its handler as it was queued',
    async check({ add, watch, empty }, expect) {
      const payload = { text: 'Zoë 😀 "\\\u0000', none: null, list: [1, -0.5, 1e300, []], deep: { er: { yes: true } } };
      const { id } = await add(payload, { key: 'k', priority: 'interactive' });
      const seen = watch();
      await empty();
      expect(seen.length).toBe(1);
      const { enqueuedAt, ...job } = seen[0]?.job ?? { enqueuedAt: 0 };
      expect(job).toEqual({ id, type: 'work', payload, key: 'k', priority: 'interactive' });
      expect(Number.isFinite(enqueuedAt) && enqueuedAt > 0).toBe(true);
    },
  },
  {
    name: 'runs each job in the async context of its process call, not of its enqueue call',
    async check({ queue, add, empty }, expect) {
      const tenant = new AsyncLocalStorage<string>();
      const tenants = ['one', 'two', 'three'];
      const seen: string[] = [];
      for (const name of tenants) {
        tenant.run(name, () =>
          queue.process(name, async ({ job }) => void seen.push(`${job.type} ran as ${tenant.getStore()}`)),
        );
      }
      await tenant.run('who queues', async () => {
        for (const type of [...tenants, ...tenants]) await add(1, { type });
      });
      await tenant.run('who waits', () => empty());
      const right = tenants.map((name) => `${name} ran as ${name}`);
      expect(seen.toSorted()).toEqual([...right, ...right].toSorted());
    },
  },
  {
    name: 'refuses a second handler of a type, and leaves the jobs to the first',
    async check({ queue, add, watch, empty }, expect) {
      const first = watch();
      const second: JobContext[] = [];
      const code = await codeOf((async () => queue.process('work', async (context) => void second.push(context)))());
      expect(code).toBe('CONFIG_INVALID');
      await add(1);
      await empty();
      expect([first.length, second.length]).toEqual([1, 0]);
    },
  },
  {
    name: 'treats a job as a background job without a key by default',
    async check({ add, watch, empty }, expect) {
      await add(1);
      const seen = watch();
      await empty();
      expect([seen[0]?.job.key, seen[0]?.job.priority]).toEqual([null, 'background']);
    },
  },
  {
    name: 'keeps the payload as it was when it was queued',
    async check({ add, watch, empty }, expect) {
      const payload = { list: [1] };
      await add(payload);
      payload.list.push(2);
      const seen = watch();
      await empty();
      expect(seen[0]?.job.payload).toEqual({ list: [1] });
    },
  },
  {
    name: 'gives each attempt a payload without the changes of the attempt before',
    async check({ add, watch, empty }, expect) {
      const texts: string[] = [];
      watch(({ job, attempt }) => {
        texts.push(JSON.stringify(job.payload));
        (job.payload as { list: number[] }).list.push(9);
        if (attempt === 1) throw new Error('again');
      });
      await add({ list: [1] });
      await empty();
      expect(texts).toEqual(['{"list":[1]}', '{"list":[1]}']);
    },
  },
  {
    name: 'accepts a payload of a megabyte',
    async check({ add, watch, empty }, expect) {
      const text = 'é'.repeat(500_000);
      await add({ text });
      const seen = watch();
      await empty();
      expect(JSON.stringify(seen[0]?.job.payload) === JSON.stringify({ text })).toBe(true);
    },
  },
  {
    name: 'keeps types and keys with unusual characters',
    async check({ add, watch, empty }, expect) {
      const seen = oddTexts.map((text) => watch(undefined, text));
      for (const text of oddTexts) await add(text, { type: text, key: text });
      await empty();
      const jobs = seen.map((calls) => calls.map(({ job }) => [job.type, job.key, job.payload]));
      expect(jobs).toEqual(oddTexts.map((text) => [[text, text, text]]));
    },
  },
  {
    name: 'gives each handler only the jobs of its type',
    async check({ add, watch, empty }, expect) {
      const [one, two] = [watch(undefined, 'one'), watch(undefined, 'two')];
      for (const type of ['one', 'two', 'one']) await add(type, { type });
      await empty();
      expect([one, two].map((seen) => seen.map(({ job }) => job.payload))).toEqual([['one', 'one'], ['two']]);
    },
  },
  {
    name: 'keeps jobs for a handler that is registered later',
    async check({ add, watch, empty, advance, queue }, expect) {
      await add(1);
      await advance(30);
      expect((await queue.stats()).waiting).toBe(1);
      const seen = watch();
      await empty();
      expect(seen.length).toBe(1);
    },
  },
  {
    name: 'starts jobs of one priority in order of arrival',
    async check({ add, watch, empty }, expect) {
      const numbers = Array.from({ length: 40 }, (_, number) => number);
      for (const number of numbers) await add(number);
      const seen = watch();
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(numbers);
    },
  },
  {
    name: 'starts interactive jobs before earlier background ones',
    async check({ add, watch, empty }, expect) {
      for (const number of [1, 2, 3]) await add(`background ${number}`);
      for (const number of [1, 2, 3]) await add(`interactive ${number}`, { priority: 'interactive' });
      const seen = watch();
      await empty();
      const order = seen.map(({ job }) => String(job.payload).split(' ')[0]);
      expect(order).toEqual([...Array(3).fill('interactive'), ...Array(3).fill('background')]);
    },
  },
  {
    name: 'starts other jobs while a delayed one waits',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      // Longer than it takes to queue another job on a busy machine.
      await add('delayed', { delayMs: 1_000, priority: 'interactive' });
      await add('at once');
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['at once', 'delayed']);
    },
  },
  {
    name: 'does not start a job whose delay is not over',
    async check({ add, watch, advance, queue }, expect) {
      const seen = watch();
      await add(1, { delayMs: longMs });
      await advance(50);
      expect([seen.length, (await queue.stats()).delayed]).toEqual([0, 1]);
    },
  },
  {
    name: 'runs up to its limit of jobs at once, and not more',
    async check({ add, watch, until, advance, gate, empty }, expect) {
      const door = gate();
      const seen = watch(() => door.passed);
      for (const number of [1, 2, 3, 4, 5]) await add(number);
      await until(() => seen.length >= 2);
      await advance(30);
      expect(seen.length).toBe(2);
      door.open();
      await empty();
      expect(seen.length).toBe(5);
    },
  },
];

/** Jobs that are merged by their keys. */
export const dedupeCases: readonly QueueCase[] = [
  {
    name: 'does not add a job while a job with the same key waits',
    async check({ add, watch, empty }, expect) {
      const first = await add('first', { key: 'k' });
      expect(await add('second', { key: 'k' })).toEqual({ id: first.id, isNew: false });
      const seen = watch();
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['first']);
    },
  },
  {
    name: 'does not add a job while a job with the same key is delayed',
    async check({ add, queue }, expect) {
      const first = await add('first', { key: 'k', delayMs: longMs });
      expect(await add('second', { key: 'k' })).toEqual({ id: first.id, isNew: false });
      expect((await queue.stats()).delayed).toBe(1);
    },
  },
  {
    name: 'adds one of many jobs that arrive at once with the same key',
    async check({ add, watch, empty }, expect) {
      const jobs = await Promise.all(Array.from({ length: 50 }, () => add(1, { key: 'k' })));
      expect(jobs.filter(({ isNew }) => isNew).length).toBe(1);
      expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
      const seen = watch();
      await empty();
      expect(seen.length).toBe(1);
    },
  },
  {
    name: 'adds jobs with other keys, of other types, and without a key',
    async check({ add, queue }, expect) {
      const jobs = [
        await add(1, { key: 'k' }),
        await add(1, { key: 'K' }),
        await add(1, { key: 'k', type: 'other' }),
        await add(1),
        await add(1),
      ];
      expect(jobs.every(({ isNew }) => isNew)).toBe(true);
      expect((await queue.stats()).waiting).toBe(5);
    },
  },
  {
    name: 'does not confuse a type and key with another pair that reads the same when joined',
    async check({ add }, expect) {
      const jobs = [await add(1, { type: 'a b', key: 'c' }), await add(1, { type: 'a', key: 'b c' })];
      expect(jobs.map(({ isNew }) => isNew)).toEqual([true, true]);
    },
  },
  {
    name: 'adds a job again when the job with its key is done',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await add('first', { key: 'k' });
      await empty();
      expect((await add('second', { key: 'k' })).isNew).toBe(true);
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['first', 'second']);
    },
  },
  {
    name: 'adds a job while a job with the same key runs, and starts it afterwards',
    async check({ add, watch, until, gate, advance, empty, queue }, expect) {
      const door = gate();
      const seen = watch(() => door.passed);
      await add('first', { key: 'k' });
      await until(() => seen.length === 1);
      expect((await add('second', { key: 'k' })).isNew).toBe(true);
      expect((await add('third', { key: 'k' })).isNew).toBe(false);
      await advance(50);
      expect(seen.length).toBe(1);
      door.open();
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['first', 'second']);
      expect((await queue.stats()).dead).toBe(0);
    },
  },
  {
    name: 'runs other jobs while a job waits for the end of another with the same key',
    async check({ add, watch, until, gate, empty }, expect) {
      const door = gate();
      const seen = watch(({ job }) => (job.payload === 'first' ? door.passed : undefined));
      await add('first', { key: 'k' });
      await until(() => seen.length === 1);
      await add('second', { key: 'k' });
      await add('other', { key: 'other' });
      await until(() => seen.length === 2);
      expect(seen[1]?.job.payload).toBe('other');
      door.open();
      await empty();
      expect(seen.length).toBe(3);
    },
  },
  {
    name: 'does not add a job while a job with the same key waits for its next attempt',
    async check({ add, watch, until, queue }, expect) {
      watch(() => {
        throw new Error('no');
      });
      const first = await add('first', { key: 'k', retryDelaysMs: [longMs] });
      await until(async () => (await queue.stats()).delayed === 1);
      await until(async () => (await add('second', { key: 'k' })).id === first.id);
      expect((await queue.stats()).waiting).toBe(0);
    },
  },
  {
    name: 'does not add a job while a job with the same key is deferred',
    async check({ add, watch, until, queue }, expect) {
      watch(() => {
        throw defer(longMs);
      });
      const first = await add('first', { key: 'k' });
      await until(async () => (await queue.stats()).delayed === 1);
      await until(async () => (await add('second', { key: 'k' })).id === first.id);
      expect((await queue.stats()).waiting).toBe(0);
    },
  },
  {
    name: 'does not add a job while a retried dead letter with the same key waits',
    async check({ add, watch, until, gate, queue }, expect) {
      const door = gate();
      watch(({ job }) => {
        if (job.payload === 'dead') throw new Error('no');
        return door.passed;
      });
      const dead = await add('dead', { key: 'k', retryDelaysMs: [] });
      await until(async () => (await queue.stats()).dead === 1);
      for (const payload of ['holds', 'places']) await add(payload);
      await until(async () => (await queue.stats()).active === 2);
      expect(await queue.retry(dead.id)).toBe(true);
      expect(await add('second', { key: 'k' })).toEqual({ id: dead.id, isNew: false });
    },
  },
  {
    name: 'adds a job with the key of a dead letter',
    async check({ add, watch, until, queue }, expect) {
      watch(() => {
        throw new Error('no');
      });
      await add('first', { key: 'k', retryDelaysMs: [] });
      await until(async () => (await queue.stats()).dead === 1);
      expect((await add('second', { key: 'k', retryDelaysMs: [] })).isNew).toBe(true);
    },
  },
];

const circle: { self?: unknown } = {};

circle.self = circle;

const misfits: Readonly<Record<string, Record<string, unknown>>> = {
  'without a type': { type: '' },
  'with a delay before now': { delayMs: -1 },
  'with a delay that is not a number': { delayMs: Number.NaN },
  'with a delay of years': { delayMs: 1e12 },
  'of an unknown priority': { priority: 'urgent' },
  'with an empty key': { key: '' },
  'of a type with half a surrogate pair': { type: 'work\ud83d' },
  'with half a surrogate pair in its key': { key: '\ud83d' },
  'with a time limit of 0': { timeoutMs: 0 },
  'with waits that are not a list': { retryDelaysMs: 3 },
  'with a wait that is not a number': { retryDelaysMs: [1, '2'] },
  'with an empty idempotency key': { idempotencyKey: '' },
  'with a circular payload': { payload: circle },
  'with a bigint in its payload': { payload: { id: 1n } },
  'without a payload': { payload: undefined },
  'with a function in its payload': { payload: { list: [() => 1] } },
  'with a number in its payload that is none': { payload: { price: Number.NaN } },
  'with a map in its payload': { payload: { lines: new Map([['a', 1]]) } },
};

/** Invalid jobs are refused, and leave nothing behind. */
export const refusalCases: readonly QueueCase[] = Object.entries(misfits).map(([what, misfit]) => ({
  name: `refuses a job ${what}`,
  async check({ queue }, expect) {
    const draft = { type: 'work', payload: 1, ...misfit } as NewJob;
    expect(await codeOf(queue.enqueue(draft))).toBe('QUEUE_FAILED');
    expect((await queue.stats()).waiting).toBe(0);
  },
}));

/** Runs the body with the same queue opened once more. */
async function withAnother({ another, end }: QueueHarness, body: (other: JobQueue) => Promise<void>): Promise<void> {
  if (!another) throw new Error('The subject of a shared queue must have `another`.');
  const other = await another();
  try {
    await body(other);
  } finally {
    await end(other.close({ graceMs: 0 }));
  }
}

/** Several processes. */
export const sharedCases: readonly QueueCase[] = [
  {
    name: 'lets another process run the jobs that this one queues',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const seen: JobContext[] = [];
        other.process('work', async (context) => void seen.push(context));
        const { id } = await harness.add({ n: 1 });
        await harness.empty(other);
        expect(seen.map(({ job }) => [job.id, job.payload])).toEqual([[id, { n: 1 }]]);
      }),
  },
  {
    name: 'merges jobs of several processes with the same key',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const draft = { type: 'work', payload: 1, key: 'k' };
        const jobs = await Promise.all([harness.queue, other].map((queue) => queue.enqueue(draft)));
        expect(jobs.filter(({ isNew }) => isNew).length).toBe(1);
      }),
  },
  {
    name: 'gives a running job of a closed process to another, with the same attempt and idempotency key',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const first = harness.watch(async ({ signal, attempt }) => {
          if (attempt === 1) throw new Error('again');
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          signal.throwIfAborted();
        });
        await harness.add('x', { retryDelaysMs: [0, longMs] });
        await harness.until(() => first.length === 2);
        await harness.end(harness.queue.close({ graceMs: 0 }));
        const second: JobContext[] = [];
        other.process('work', async (context) => void second.push(context));
        await harness.empty(other);
        expect(second.map(({ attempt }) => attempt)).toEqual([2]);
        expect(second[0]?.idempotencyKey).toBe(first[0]?.idempotencyKey);
      }),
  },
  {
    name: 'never runs two jobs with one key side by side in two processes',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const door = harness.gate();
        let running = 0;
        let most = 0;
        let done = 0;
        const handle = async (): Promise<void> => {
          running += 1;
          most = Math.max(most, running);
          await door.passed;
          running -= 1;
          done += 1;
        };
        harness.queue.process('work', handle);
        other.process('work', handle);
        await harness.add(1, { key: 'k' });
        await harness.until(() => running === 1);
        await other.enqueue({ type: 'work', payload: 2, key: 'k' });
        await harness.advance(60);
        door.open();
        await harness.empty(other);
        expect([most, done]).toEqual([1, 2]);
      }),
  },
];

/** The figures of the queue. */
export const statsCases: readonly QueueCase[] = [
  {
    name: 'reports empty figures at the start',
    async check({ queue }, expect) {
      const counts = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      expect(await queue.stats()).toEqual({ ...counts, oldestWaitingMs: null, processingMs: null });
    },
  },
  {
    name: 'counts waiting, delayed and running jobs',
    async check({ add, watch, until, gate, queue }, expect) {
      const door = gate();
      const seen = watch(() => door.passed);
      for (const number of [1, 2, 3, 4, 5]) await add(number);
      await add(6, { delayMs: longMs });
      await until(() => seen.length === 2);
      const { waiting, delayed, active, dead } = await queue.stats();
      expect({ waiting, delayed, active, dead }).toEqual({ waiting: 3, delayed: 1, active: 2, dead: 0 });
    },
  },
  {
    name: 'reports how long the oldest waiting job has been due, of both priorities',
    async check({ add, advance, queue }, expect) {
      await add(1, { delayMs: longMs });
      expect((await queue.stats()).oldestWaitingMs).toBe(null);
      await add(2);
      await advance(60);
      await add(3, { priority: 'interactive' });
      const { oldestWaitingMs } = await queue.stats();
      // A queue whose clock counts whole milliseconds may have lost one.
      expect(oldestWaitingMs !== null && oldestWaitingMs >= 59).toBe(true);
    },
  },
  {
    name: 'reports how long attempts took',
    async check({ add, watch, advance, empty, queue }, expect) {
      watch(() => advance(1));
      for (const number of [1, 2, 3]) await add(number);
      await empty();
      const { processingMs } = await queue.stats();
      const { median, p95, max } = processingMs ?? { median: -1, p95: -1, max: -1 };
      expect(median > 0 && median <= p95 && p95 <= max).toBe(true);
    },
  },
];
