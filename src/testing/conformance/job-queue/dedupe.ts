import { putOff } from '../../../queue/put-off.ts';
import { longMs, type QueueCase } from './harness.ts';

/** Which jobs are folded into one by their keys. */
export const dedupeCases: readonly QueueCase[] = [
  {
    name: 'does not add a job while one with its key waits',
    async check({ add, watch, empty }, expect) {
      const first = await add('first', { key: 'k' });
      expect(await add('second', { key: 'k' })).toEqual({ id: first.id, isNew: false });
      const seen = watch();
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(['first']);
    },
  },
  {
    name: 'does not add a job while one with its key is delayed',
    async check({ add, queue }, expect) {
      const first = await add('first', { key: 'k', delayMs: longMs });
      expect(await add('second', { key: 'k' })).toEqual({ id: first.id, isNew: false });
      expect((await queue.stats()).delayed).toBe(1);
    },
  },
  {
    name: 'adds one of many that come at once with one key',
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
    name: 'does not take a type and a key for another type and key',
    async check({ add }, expect) {
      const jobs = [await add(1, { type: 'a b', key: 'c' }), await add(1, { type: 'a', key: 'b c' })];
      expect(jobs.map(({ isNew }) => isNew)).toEqual([true, true]);
    },
  },
  {
    name: 'adds a job again when the one with its key is done',
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
    name: 'adds a job while one with its key runs, and starts it after that',
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
    name: 'runs other jobs while one waits for the end of another with its key',
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
    name: 'does not add a job while one with its key waits for its next attempt',
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
    name: 'does not add a job while one with its key is put off',
    async check({ add, watch, until, queue }, expect) {
      watch(() => {
        throw putOff(longMs);
      });
      const first = await add('first', { key: 'k' });
      await until(async () => (await queue.stats()).delayed === 1);
      await until(async () => (await add('second', { key: 'k' })).id === first.id);
      expect((await queue.stats()).waiting).toBe(0);
    },
  },
  {
    name: 'does not add a job while a dead letter with its key, queued again, waits',
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
      expect(await queue.requeue(dead.id)).toBe(true);
      expect(await add('second', { key: 'k' })).toEqual({ id: dead.id, isNew: false });
    },
  },
  {
    name: 'adds a job whose key a dead letter has',
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
