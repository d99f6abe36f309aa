import { longMs, type QueueCase } from './harness.ts';

const oddTexts = ['gid://shopify/Product/1', 'a:b:c', '*?[x]', 'línea\nnueva', '😀', '{tag}', ' ', '__proto__', '7'];

/** How jobs come in, and what handlers get. */
export const enqueueCases: readonly QueueCase[] = [
  {
    name: 'gives each new job an id of its own',
    async check({ add }, expect) {
      const jobs = [await add(1), await add(1)];
      expect(jobs.map(({ isNew, id }) => isNew && id.length > 0)).toEqual([true, true]);
      expect(jobs[0]?.id === jobs[1]?.id).toBe(false);
    },
  },
  {
    name: 'hands a job over as it was queued',
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
    name: 'takes a job for a background one without a key, unless it says otherwise',
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
    name: 'gives each attempt a payload that the one before has not changed',
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
    name: 'takes a payload of nothing for null',
    async check({ add, watch, empty }, expect) {
      await add(undefined);
      const seen = watch();
      await empty();
      expect(seen[0]?.job.payload).toBe(null);
    },
  },
  {
    name: 'carries a payload of a megabyte',
    async check({ add, watch, empty }, expect) {
      const text = 'é'.repeat(500_000);
      await add({ text });
      const seen = watch();
      await empty();
      expect(JSON.stringify(seen[0]?.job.payload) === JSON.stringify({ text })).toBe(true);
    },
  },
  {
    name: 'takes types and keys with odd characters as they are',
    async check({ add, watch, empty }, expect) {
      const seen = oddTexts.map((text) => watch(undefined, text));
      for (const text of oddTexts) await add(text, { type: text, key: text });
      await empty();
      const jobs = seen.map((calls) => calls.map(({ job }) => [job.type, job.key, job.payload]));
      expect(jobs).toEqual(oddTexts.map((text) => [[text, text, text]]));
    },
  },
  {
    name: 'gives each handler the jobs of its type only',
    async check({ add, watch, empty }, expect) {
      const [one, two] = [watch(undefined, 'one'), watch(undefined, 'two')];
      for (const type of ['one', 'two', 'one']) await add(type, { type });
      await empty();
      expect([one, two].map((seen) => seen.map(({ job }) => job.payload))).toEqual([['one', 'one'], ['two']]);
    },
  },
  {
    name: 'keeps jobs for a handler that comes later',
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
    name: 'starts jobs of one priority in the order in which they came',
    async check({ add, watch, empty }, expect) {
      const numbers = Array.from({ length: 40 }, (_, number) => number);
      for (const number of numbers) await add(number);
      const seen = watch();
      await empty();
      expect(seen.map(({ job }) => job.payload)).toEqual(numbers);
    },
  },
  {
    name: 'starts interactive jobs before background ones that came earlier',
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
    name: 'lets a delayed job wait, and others before it',
    async check({ add, watch, empty }, expect) {
      const seen = watch();
      await add('delayed', { delayMs: 150, priority: 'interactive' });
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
    name: 'runs as many jobs at once as it may, and no more',
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
