import { CircuitOpenError, NetworkError } from '../../../errors/errors.ts';
import type { JobContext } from '../../../ports/job-queue.ts';
import { defer } from '../../../queue/defer.ts';
import { codeOf, longMs, type QueueCase, type QueueHarness, retryDelaysMs } from './harness.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const fail = (): never => {
  throw new Error('no');
};

/** The attempts of a job, and what each receives. */
export const attemptCases: readonly QueueCase[] = [
  {
    name: 'makes one attempt more than the list of waits has entries, and numbers the attempts',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(fail);
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect((await queue.deadJobs()).map(({ attempts }) => attempts)).toEqual([retryDelaysMs.length + 1]);
    },
  },
  {
    name: 'makes no further attempt after a successful one',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(({ attempt }) => (attempt === 1 ? fail() : undefined));
      await add(1);
      await empty();
      expect([seen.length, (await queue.stats()).dead]).toEqual([2, 0]);
    },
  },
  {
    name: 'waits before each attempt for the time in the list',
    async check({ add, watch, until, advance, queue }, expect) {
      const seen = watch(fail);
      await add(1, { retryDelaysMs: [0, longMs] });
      await until(() => seen.length === 2);
      await until(async () => (await queue.stats()).delayed === 1);
      await advance(60);
      expect([seen.length, (await queue.stats()).delayed]).toEqual([2, 1]);
    },
  },
  {
    name: 'keeps the list of waits as it was when the job was queued',
    async check({ add, watch, empty }, expect) {
      const retryDelaysMs = [0];
      await add(1, { retryDelaysMs });
      retryDelaysMs.push(0, 0);
      const seen = watch(fail);
      await empty();
      expect(seen.length).toBe(2);
    },
  },
  {
    name: "prefers the job's list of waits to its own",
    async check({ add, watch, empty }, expect) {
      const seen = watch(fail);
      await add('once', { retryDelaysMs: [] });
      await add('twice', { retryDelaysMs: [0] });
      await empty();
      const count = (payload: string): number => seen.filter(({ job }) => job.payload === payload).length;
      expect([count('once'), count('twice')]).toEqual([1, 2]);
    },
  },
  {
    name: 'runs other jobs while one waits for its next attempt',
    async check({ add, watch, empty }, expect) {
      const seen = watch(({ job, attempt }) => (job.payload === 'bad' && attempt === 1 ? fail() : undefined));
      await add('bad', { retryDelaysMs: [200] });
      await add('good');
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['bad', 'good', 'bad']);
    },
  },
  {
    name: 'counts a handler that throws synchronously, or throws something else than an error, as failed',
    async check({ add, queue, empty }, expect) {
      queue.process('work', ({ job }) => {
        throw job.payload;
      });
      await add('a text', { retryDelaysMs: [] });
      await add(null, { retryDelaysMs: [] });
      await empty();
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const odd = [Object.create(null), undefined, Object.freeze(new Error('frozen')), proxy];
      for (const [index, thrown] of odd.entries()) {
        const type = `odd ${index}`;
        queue.process(type, () => {
          throw thrown;
        });
        await add(1, { type, retryDelaysMs: [] });
        await empty();
      }
      const messages = (await queue.deadJobs()).map(({ error }) => error.message);
      expect(messages.length).toBe(6);
      expect(['a text', 'null', 'frozen'].filter((text) => !messages.includes(text))).toEqual([]);
    },
  },
  {
    name: 'aborts the signal of an attempt whose time is up, and counts it as failed',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(async ({ signal }) => {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      });
      await add(1, { timeoutMs: 40, retryDelaysMs: [0] });
      await empty();
      expect(seen.map(({ signal }) => (signal.reason as { code?: string }).code)).toEqual(['TIMEOUT', 'TIMEOUT']);
      expect((await queue.deadJobs()).map(({ error }) => error.code)).toEqual(['TIMEOUT']);
    },
  },
  {
    name: 'does not abort the signal of an attempt that ends in time',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await add(1);
      await empty();
      expect(seen[0]?.signal.aborted).toBe(false);
    },
  },
  {
    name: 'gives all attempts of a job one idempotency key, a UUID',
    async check({ add, watch, empty }, expect) {
      const seen = watch(fail);
      await add(1);
      await empty();
      const keys = [...new Set(seen.map(({ idempotencyKey }) => idempotencyKey))];
      expect([seen.length, keys.length, uuid.test(keys[0] ?? '')]).toEqual([3, 1, true]);
    },
  },
  {
    name: 'gives each job its own idempotency key',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      for (const key of ['k', 'k', undefined]) {
        await add(1, key === undefined ? {} : { key });
        await empty();
      }
      expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    },
  },
  {
    name: 'passes on the idempotency key that a job was queued with',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await add(1, { idempotencyKey: 'order-1:refund' });
      await empty();
      expect(seen[0]?.idempotencyKey).toBe('order-1:refund');
    },
  },
  {
    name: 'runs each of many jobs at once exactly once',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await Promise.all(Array.from({ length: 200 }, (_, number) => add(number)));
      await empty();
      expect([seen.length, new Set(seen.map(({ job }) => job.payload)).size]).toEqual([200, 200]);
    },
  },
];

/** Deferred jobs. */
export const deferCases: readonly QueueCase[] = [
  {
    name: 'runs a deferred job again with the same attempt number, each time',
    async check({ add, watch, empty, queue }, expect) {
      const times = retryDelaysMs.length + 3;
      const seen = watch(() => {
        if (seen.length <= times) throw defer(10);
      });
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual(Array(times + 1).fill(1));
      expect((await queue.stats()).dead).toBe(0);
    },
  },
  {
    name: 'counts failed attempts across deferrals',
    async check({ add, watch, empty }, expect) {
      const seen = watch(() => {
        throw seen.length === 2 ? defer(10) : new Error('no');
      });
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 2, 3]);
    },
  },
  {
    name: 'runs other jobs while one is deferred',
    async check({ add, watch, empty }, expect) {
      const seen = watch(({ job }) => {
        if (job.payload === 'later' && seen.length === 1) throw defer(200);
      });
      await add('later');
      await add('now');
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['later', 'now', 'later']);
    },
  },
  {
    name: 'defers a job that met an open circuit breaker',
    async check({ add, watch, until, queue }, expect) {
      const seen = watch(() => {
        throw new CircuitOpenError('open', { retryAfterMs: 300_000 });
      });
      await add(1, { retryDelaysMs: [] });
      await until(async () => (await queue.stats()).delayed === 1);
      expect([seen.length, (await queue.stats()).dead]).toEqual([1, 0]);
    },
  },
  {
    name: 'recognizes a deferral thrown by another copy of the package',
    async check({ add, watch, empty }, expect) {
      const foreign = Object.assign(new Error('later'), { delayMs: 10, [Symbol.for('shopwright.defer')]: true });
      const seen = watch(() => {
        if (seen.length === 1) throw foreign;
      });
      await add(1, { retryDelaysMs: [] });
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1]);
    },
  },
  {
    name: 'defers a job by a default delay if another copy of the package names none',
    async check({ add, watch, until, queue }, expect) {
      const foreign = Object.assign(new Error('later'), { delayMs: NaN, [Symbol.for('shopwright.defer')]: true });
      const seen = watch(() => {
        throw foreign;
      });
      await add(1, { retryDelaysMs: [] });
      await until(async () => (await queue.stats()).delayed === 1);
      expect([seen.length, (await queue.stats()).dead]).toEqual([1, 0]);
    },
  },
  {
    name: 'defers a job of a type without a handler, and logs that',
    async check({ add, watch, until, queue, lines }, expect) {
      const seen = watch();
      await add(1, { type: 'unheard-of' });
      await add(2);
      await until(async () => seen.length === 1 && (await queue.stats()).delayed === 1);
      const { waiting, active, dead } = await queue.stats();
      expect([waiting, active, dead]).toEqual([0, 0, 0]);
      expect(lines.filter((line) => line.includes('unheard-of')).length).toBe(1);
    },
  },
];

const once = { retryDelaysMs: [] };

/** Makes a dead letter, then lets the handler succeed. */
async function deadUntilNow({
  add,
  watch,
  empty,
}: QueueHarness): Promise<{ readonly id: string; readonly seen: readonly JobContext[] }> {
  let isBroken = true;
  const seen = watch(() => {
    if (isBroken) throw new Error('no');
  });
  const { id } = await add(1, once);
  await empty();
  isBroken = false;
  return { id, seen };
}

/** Dead letters. */
export const deadLetterCases: readonly QueueCase[] = [
  {
    name: 'keeps a job whose last attempt failed, with its error',
    async check({ add, watch, empty, queue }, expect) {
      watch(() => {
        throw new NetworkError('The connection broke.', { mayHaveExecuted: true });
      });
      const { id } = await add({ product: 7 }, { ...once, key: 'k' });
      await empty();
      const [letter] = await queue.deadJobs();
      const { enqueuedAt, failedAt, ...rest } = letter ?? { enqueuedAt: 1, failedAt: 0 };
      const error = { code: 'NETWORK_ERROR', message: 'The connection broke.' };
      const job = { id, type: 'work', payload: { product: 7 }, key: 'k', priority: 'background' };
      expect(rest).toEqual({ ...job, attempts: 1, error });
      expect(failedAt >= enqueuedAt).toBe(true);
    },
  },
  {
    name: 'keeps no token of a failed job, in its error or in the log',
    async check({ add, watch, empty, queue, lines }, expect) {
      watch(() => {
        throw new Error('refused: shpat_c0ffee00c0ffee00');
      });
      await add(1, once);
      await empty();
      expect((await queue.deadJobs()).map(({ error }) => error)).toEqual([
        { code: 'UNKNOWN', message: 'refused: [redacted]' },
      ]);
      expect(lines.some((line) => line.includes('c0ffee'))).toBe(false);
    },
  },
  {
    name: 'lists dead letters page by page, the newest first',
    async check({ add, watch, empty, queue, advance }, expect) {
      watch(() => {
        throw new Error('no');
      });
      for (const number of [1, 2, 3]) {
        await add(number, once);
        await empty();
        await advance(5);
      }
      const page = async (limit: number, offset: number): Promise<readonly unknown[]> =>
        (await queue.deadJobs({ limit, offset })).map(({ payload }) => payload);
      expect([await page(2, 0), await page(2, 2), await page(2, 4)]).toEqual([[3, 2], [1], []]);
      expect(await page(0, 0)).toEqual([]);
      expect((await queue.stats()).dead).toBe(3);
    },
  },
  {
    name: 'queues a dead letter again, with all its attempts and the same idempotency key',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(() => {
        throw new Error('no');
      });
      const { id } = await add('x', { retryDelaysMs: [10], key: 'k', priority: 'interactive' });
      await empty();
      expect(await queue.retry(id)).toBe(true);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2]);
      expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect((await queue.deadJobs()).map((letter) => [letter.id, letter.attempts])).toEqual([[id, 2]]);
    },
  },
  {
    name: 'removes a dead letter that was queued again and done',
    async check({ add, watch, empty, queue }, expect) {
      let isBroken = true;
      watch(() => {
        if (isBroken) throw new Error('no');
      });
      const { id } = await add(1, once);
      await empty();
      isBroken = false;
      expect(await queue.retry(id)).toBe(true);
      await empty();
      expect([await queue.deadJobs(), await queue.retry(id)]).toEqual([[], false]);
    },
  },
  {
    name: 'does not retry a job that is not a dead letter',
    async check({ add, queue }, expect) {
      const { id } = await add(1);
      expect([await queue.retry(id), await queue.retry('nobody')]).toEqual([false, false]);
      expect((await queue.stats()).waiting).toBe(1);
    },
  },
  {
    name: 'removes one dead letter and keeps the others',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(() => {
        throw new Error('no');
      });
      const ids: string[] = [];
      for (const number of [1, 2, 3]) ids.push((await add(number, { ...once, key: `k${number}` })).id);
      await empty();
      const [first = '', second = '', third = ''] = ids;
      expect(await queue.remove(second)).toBe(true);
      expect((await queue.deadJobs()).map(({ id }) => id).sort()).toEqual([first, third].sort());
      expect((await queue.stats()).dead).toBe(2);
      expect([await queue.remove(second), await queue.retry(second)]).toEqual([false, false]);
      // Its key is free.
      expect((await add(4, { ...once, key: 'k2' })).isNew).toBe(true);
      await empty();
      expect(seen.length).toBe(4);
    },
  },
  {
    name: 'does not remove a job that is not a dead letter',
    async check({ add, watch, empty, queue }, expect) {
      const { id } = await add(1);
      expect([await queue.remove(id), await queue.remove('nobody'), await queue.remove('')]).toEqual([
        false,
        false,
        false,
      ]);
      const seen = watch();
      await empty();
      expect(seen.length).toBe(1);
    },
  },
  {
    name: 'either removes or retries a dead letter if both are requested at once',
    async check(harness, expect) {
      const { queue, empty } = harness;
      const { id, seen } = await deadUntilNow(harness);
      const [isGone, isAgain] = await Promise.all([queue.remove(id), queue.retry(id)]);
      await empty();
      expect([isGone, isAgain].sort()).toEqual([false, true]);
      expect(seen.length).toBe(isAgain ? 2 : 1);
      expect(await queue.deadJobs()).toEqual([]);
    },
  },
  {
    name: 'retries a dead letter once if two callers request it',
    async check(harness, expect) {
      const { queue, empty } = harness;
      const { id, seen } = await deadUntilNow(harness);
      const answers = await Promise.all([queue.retry(id), queue.retry(id)]);
      await empty();
      expect(answers.sort()).toEqual([false, true]);
      expect(seen.length).toBe(2);
    },
  },
];

/** Draining and closing. */
export const closingCases: readonly QueueCase[] = [
  {
    name: 'is drained at once if it is empty',
    async check({ queue, end }, expect) {
      expect(await end(queue.drain())).toBe(undefined);
    },
  },
  {
    name: 'is drained when waiting, delayed and running jobs are done',
    async check({ add, watch, queue, end }, expect) {
      const seen = watch();
      for (const delayMs of [0, 0, 60]) await add(delayMs, { delayMs });
      await end(queue.drain());
      expect(seen.length).toBe(3);
    },
  },
  {
    name: 'waits for a retry before it is drained',
    async check({ add, watch, queue, end }, expect) {
      const seen = watch(({ attempt }) => {
        if (attempt === 1) throw new Error('again');
      });
      await add(1);
      await end(queue.drain());
      expect(seen.length).toBe(2);
    },
  },
  {
    name: 'ends the wait for draining on an abort, with the reason',
    async check({ add, queue, advance, end }, expect) {
      await add(1, { delayMs: longMs });
      const controller = new AbortController();
      const reason = end(queue.drain({ signal: controller.signal }).catch((error: unknown) => error));
      await advance(10);
      controller.abort('enough');
      expect(await reason).toBe('enough');
      expect(await end(queue.drain({ signal: AbortSignal.abort('before') }).catch((error: unknown) => error))).toBe(
        'before',
      );
    },
  },
  {
    name: 'waits for running jobs when it is closed, and starts no others',
    async check({ add, watch, until, gate, queue, end, advance }, expect) {
      const door = gate();
      const done: unknown[] = [];
      const seen = watch(async ({ job }) => {
        await door.passed;
        done.push(job.payload);
      });
      for (const number of [1, 2, 3]) await add(number);
      await until(() => seen.length === 2);
      const closed = queue.close({ graceMs: longMs });
      await advance(20);
      door.open();
      await end(closed);
      expect([done.length, seen.length]).toEqual([2, 2]);
      expect(seen.some(({ signal }) => signal.aborted)).toBe(false);
    },
  },
  {
    name: 'aborts the signals of running jobs when the grace period is over',
    async check({ add, watch, until, queue, end }, expect) {
      const seen = watch(async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
      });
      await add(1);
      await until(() => seen.length === 1);
      await end(queue.close({ graceMs: 20 }));
      expect(seen.map(({ signal }) => signal.reason.code)).toEqual(['QUEUE_FAILED']);
    },
  },
  {
    name: 'refuses everything when it is closed, and can be closed again',
    async check({ add, queue, end }, expect) {
      await end(queue.close());
      expect(await codeOf(add(1))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.retry('1'))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.remove('1'))).toBe('QUEUE_FAILED');
      expect(await codeOf(queue.drain())).toBe('QUEUE_FAILED');
      expect(await end(queue.close())).toBe(undefined);
    },
  },
  {
    name: 'is closed at the end of an `await using` block',
    async check({ add, queue, end }, expect) {
      await end(
        (async () => {
          await using used = queue;
          await used.stats();
        })(),
      );
      expect(await codeOf(add(1))).toBe('QUEUE_FAILED');
    },
  },
  {
    name: 'ends the wait for draining when it is closed',
    async check({ add, queue, end }, expect) {
      await add(1, { delayMs: longMs });
      const code = codeOf(queue.drain());
      await end(queue.close());
      expect(await end(code)).toBe('QUEUE_FAILED');
    },
  },
];
