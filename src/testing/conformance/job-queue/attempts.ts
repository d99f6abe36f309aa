import { longMs, type QueueCase, retryDelaysMs } from './harness.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const fail = (): never => {
  throw new Error('no');
};

/** How often a job is tried, and with what. */
export const attemptCases: readonly QueueCase[] = [
  {
    name: 'tries a job as often as its list of waits says, and numbers the attempts',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(fail);
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect((await queue.deadJobs()).map(({ attempts }) => attempts)).toEqual([retryDelaysMs.length + 1]);
    },
  },
  {
    name: 'tries a job no more when an attempt went well',
    async check({ add, watch, empty, queue }, expect) {
      const seen = watch(({ attempt }) => (attempt === 1 ? fail() : undefined));
      await add(1);
      await empty();
      expect([seen.length, (await queue.stats()).dead]).toEqual([2, 0]);
    },
  },
  {
    name: 'waits before each attempt for as long as the list says for this one',
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
    name: 'takes the list of waits of the job before its own',
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
    name: 'does other jobs while one waits for its next attempt',
    async check({ add, watch, empty }, expect) {
      const seen = watch(({ job, attempt }) => (job.payload === 'bad' && attempt === 1 ? fail() : undefined));
      await add('bad', { retryDelaysMs: [200] });
      await add('good');
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['bad', 'good', 'bad']);
    },
  },
  {
    name: 'takes a handler that throws at once, or throws no error, for one that failed',
    async check({ add, queue, empty }, expect) {
      queue.process('work', ({ job }) => {
        throw job.payload;
      });
      await add('a text', { retryDelaysMs: [] });
      await add(null, { retryDelaysMs: [] });
      await empty();
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      // Each handler takes the place of the one before.
      for (const thrown of [Object.create(null), undefined, Object.freeze(new Error('frozen')), proxy]) {
        queue.process('work', () => {
          throw thrown;
        });
        await add(1, { retryDelaysMs: [] });
        await empty();
      }
      const messages = (await queue.deadJobs()).map(({ error }) => error.message);
      expect(messages.length).toBe(6);
      expect(['a text', 'null', 'frozen'].filter((text) => !messages.includes(text))).toEqual([]);
    },
  },
  {
    name: 'aborts the signal of an attempt whose time is up, and takes it for failed',
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
    name: 'leaves the signal of an attempt in time alone',
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
    name: 'gives each job an idempotency key of its own',
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
    name: 'hands over the idempotency key that a job came with',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await add(1, { idempotencyKey: 'order-1:refund' });
      await empty();
      expect(seen[0]?.idempotencyKey).toBe('order-1:refund');
    },
  },
  {
    name: 'does a burst of jobs once each',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await Promise.all(Array.from({ length: 200 }, (_, number) => add(number)));
      await empty();
      expect([seen.length, new Set(seen.map(({ job }) => job.payload)).size]).toEqual([200, 200]);
    },
  },
];
