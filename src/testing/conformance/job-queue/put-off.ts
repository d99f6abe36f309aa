import { CircuitOpenError } from '../../../errors/connection.ts';
import { putOff } from '../../../queue/put-off.ts';
import { type QueueCase, retryDelaysMs } from './harness.ts';

/** Jobs that a handler does not want to do now. */
export const putOffCases: readonly QueueCase[] = [
  {
    name: 'lets a job that was put off come again with the same attempt number, as often as it takes',
    async check({ add, watch, empty, queue }, expect) {
      const times = retryDelaysMs.length + 3;
      const seen = watch(() => {
        if (seen.length <= times) throw putOff(10);
      });
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual(Array(times + 1).fill(1));
      expect((await queue.stats()).dead).toBe(0);
    },
  },
  {
    name: 'counts failed attempts on where a job was put off between them',
    async check({ add, watch, empty }, expect) {
      const seen = watch(() => {
        throw seen.length === 2 ? putOff(10) : new Error('no');
      });
      await add(1);
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 2, 3]);
    },
  },
  {
    name: 'does other jobs while one is put off',
    async check({ add, watch, empty }, expect) {
      const seen = watch(({ job }) => {
        if (job.payload === 'later' && seen.length === 1) throw putOff(200);
      });
      await add('later');
      await add('now');
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['later', 'now', 'later']);
    },
  },
  {
    name: 'puts a job off that met an open circuit breaker',
    async check({ add, watch, until, queue }, expect) {
      const seen = watch(() => {
        throw new CircuitOpenError('open', 300_000);
      });
      await add(1, { retryDelaysMs: [] });
      await until(async () => (await queue.stats()).delayed === 1);
      expect([seen.length, (await queue.stats()).dead]).toEqual([1, 0]);
    },
  },
  {
    name: 'knows what another copy of the package puts off with',
    async check({ add, watch, empty }, expect) {
      const foreign = Object.assign(new Error('later'), { delayMs: 10, [Symbol.for('shopwright.put-off')]: true });
      const seen = watch(() => {
        if (seen.length === 1) throw foreign;
      });
      await add(1, { retryDelaysMs: [] });
      await empty();
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1]);
    },
  },
  {
    name: 'puts a job off for a while where another copy of the package says no delay',
    async check({ add, watch, until, queue }, expect) {
      const foreign = Object.assign(new Error('later'), { delayMs: NaN, [Symbol.for('shopwright.put-off')]: true });
      const seen = watch(() => {
        throw foreign;
      });
      await add(1, { retryDelaysMs: [] });
      await until(async () => (await queue.stats()).delayed === 1);
      expect([seen.length, (await queue.stats()).dead]).toEqual([1, 0]);
    },
  },
  {
    name: 'puts a job of a type that it has no handler for off, and says so',
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
