import { createClock } from '../clock.mjs';

export const group = 'in-process queue';

export function define({ add, api }) {
  const setUp = (kit, options = {}) => {
    const clock = createClock();
    const seen = { ran: [], events: [], logs: [] };
    const queue = api.get('inProcessQueue')({
      clock,
      telemetry: (told) => seen.events.push(told),
      logger: kit.recordingLogger(seen.logs),
      ...options,
    });
    const doing =
      (then = () => undefined) =>
      async (context) => {
        const { job, attempt, signal, idempotencyKey } = context;
        seen.ran.push({ at: clock.monotonic(), job, attempt, idempotencyKey, aborted: signal.aborted });
        return then(context, seen.ran.length);
      };
    const end = async () => ({
      ...seen,
      stats: await queue.stats(),
      dead: await queue.deadJobs(),
      at: clock.monotonic(),
    });
    return { clock, queue, seen, doing, end, drained: () => clock.run(queue.drain()) };
  };
  const wait = (clock, ms) => new Promise((resolve) => clock.setTimer(resolve, ms));

  for (const draft of [
    { type: 'a', payload: { x: 1 } },
    { type: 'a', payload: null, key: 'k' },
    { type: 'a', payload: [1, 'ö'], delayMs: 5000 },
    { type: 'a', payload: 1, priority: 'interactive' },
    { type: 'a', payload: {}, idempotencyKey: 'own' },
    { type: 'a', payload: {}, timeoutMs: 1000, retryDelaysMs: [] },
    { type: '', payload: {} },
    { type: 'a', payload: 1n },
    { type: 'a' },
    { type: 'a', payload: () => 1 },
    { type: 'a', payload: {}, delayMs: -1 },
    { type: 'a', payload: {}, priority: 'urgent' },
    { type: 'a', payload: {}, retryDelaysMs: [-1] },
    { type: 'a', payload: {}, timeoutMs: 0 },
    { type: 'a', payload: {}, key: '' },
    { type: 'a', payload: {}, idempotencyKey: 'x'.repeat(300) },
    null,
  ]) {
    const name = JSON.stringify(draft, (_key, value) =>
      typeof value === 'bigint' || typeof value === 'function' ? String(value) : value,
    );
    add(`the job ${name?.slice(0, 90)}`, async (kit) => {
      const { queue, doing, drained, end } = setUp(kit);
      queue.process('a', doing());
      const added = await kit.tried(() => queue.enqueue(draft));
      const again = await kit.tried(() => queue.enqueue(draft));
      await drained();
      return { added, again, ...(await end()) };
    });
  }
  for (const options of [
    { name: '' },
    { name: 'own' },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { timeoutMs: -1 },
    { retryDelaysMs: ['x'] },
    { maxDeadJobs: 0 },
    { maxDeadJobs: 1 },
  ]) {
    add(`options ${JSON.stringify(options)}`, async (kit) =>
      kit.tried(async () => {
        const { queue, doing, drained, end } = setUp(kit, options);
        queue.process(
          'a',
          doing(() => {
            throw new Error('scenario: no');
          }),
        );
        for (const x of [1, 2, 3]) await queue.enqueue({ type: 'a', payload: { x }, retryDelaysMs: [] });
        await drained();
        return { name: queue.name, ...(await end()) };
      }),
    );
  }
  for (const [name, failures] of Object.entries({ once: 1, always: 99 })) {
    for (const retryDelaysMs of [undefined, [], [1000], [5, 5, 5, 5]]) {
      add(
        `a job that fails ${name}, delays ${JSON.stringify(retryDelaysMs)}; then again, and discarded`,
        async (kit) => {
          const { queue, doing, drained, end } = setUp(kit);
          let left = failures;
          queue.process(
            'a',
            doing(() => {
              left -= 1;
              if (left >= 0) throw new Error('scenario: no');
            }),
          );
          const { id } = await queue.enqueue({
            type: 'a',
            payload: {},
            key: 'k',
            ...(retryDelaysMs && { retryDelaysMs }),
          });
          await drained();
          const first = await end();
          const requeued = [
            await queue[api.word('requeue')](id),
            await queue[api.word('requeue')](id),
            await queue[api.word('requeue')]('unknown'),
          ];
          await drained();
          const discarded = [
            await queue[api.word('discard')](id),
            await queue[api.word('discard')](id),
            await queue[api.word('discard')]('unknown'),
          ];
          return { first, requeued, discarded, ...(await end()) };
        },
      );
    }
  }
  add('errors by what they are', async (kit) => {
    const { queue, doing, drained, end, clock } = setUp(kit);
    const thrown = [
      () => {
        throw new Error('scenario: plain');
      },
      () => {
        throw 'text';
      },
      () => {
        throw undefined;
      },
      () => Promise.reject(Object.assign(new Error('scenario: coded'), { code: 'ECONNRESET' })),
      (_context, count) => {
        if (count < 9) throw api.get('putOff')(1000);
      },
      () => {
        throw api.get('putOff')(0);
      },
    ];
    queue.process(
      'a',
      doing((context, count) => thrown[context.job.payload.at]?.(context, count)),
    );
    for (const at of thrown.keys()) if (at < 5) await queue.enqueue({ type: 'a', payload: { at }, retryDelaysMs: [] });
    await drained();
    return { odd: await kit.tried(() => api.get('putOff')(-1)), at: clock.monotonic(), ...(await end()) };
  });
  add('a circuit that is open puts a job off', async (kit) => {
    const { queue, doing, drained, end } = setUp(kit);
    const { shop, clock } = kit.scriptedShop([() => new Response('', { status: 500 })], {
      breaker: { failures: 1, operations: 1, openMs: 20_000 },
      retry: { maxRetries: 0 },
    });
    await kit.outcome(clock.run(shop.graphql('{ shop { id } }')));
    queue.process(
      'a',
      doing(async (_context, count) => {
        if (count < 3) await clock.run(shop.graphql('{ shop { id } }'));
      }),
    );
    await queue.enqueue({ type: 'a', payload: {} });
    await drained();
    return end();
  });
  add('keys: folded while one waits, never two at once', async (kit) => {
    const { queue, doing, drained, end, clock } = setUp(kit);
    queue.process(
      'a',
      doing(() => wait(clock, 100)),
    );
    const added = [];
    for (const key of ['k', 'k', 'l', undefined, undefined])
      added.push(await queue.enqueue({ type: 'a', payload: {}, ...(key && { key }) }));
    await clock.advance(10);
    for (const key of ['k', 'k', 'l']) added.push(await queue.enqueue({ type: 'a', payload: { late: true }, key }));
    const stats = await queue.stats();
    await drained();
    return { added, stats, ...(await end()) };
  });
  add('priorities, delays and concurrency', async (kit) => {
    const { queue, doing, drained, end, clock } = setUp(kit, { concurrency: 2 });
    queue.process(
      'a',
      doing(() => wait(clock, 100)),
    );
    for (let at = 0; at < 12; at += 1) {
      await queue.enqueue({
        type: 'a',
        payload: { at },
        priority: at % 4 === 0 ? 'interactive' : 'background',
        ...(at % 5 === 0 && { delayMs: 150 }),
      });
    }
    const stats = [await queue.stats()];
    await clock.advance(250);
    stats.push(await queue.stats());
    await drained();
    return { stats, ...(await end()) };
  });
  add('a job that takes too long, and one that listens', async (kit) => {
    const { queue, doing, drained, end } = setUp(kit, { timeoutMs: 1000 });
    queue.process(
      'deaf',
      doing((_context, count) => (count < 3 ? new Promise(() => undefined) : undefined)),
    );
    queue.process(
      'hears',
      doing(
        ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
    );
    await queue.enqueue({ type: 'deaf', payload: {}, retryDelaysMs: [10, 10] });
    await queue.enqueue({ type: 'hears', payload: {}, retryDelaysMs: [10] });
    await drained();
    return end();
  });
  add('a type without a handler, until there is one', async (kit) => {
    const { queue, doing, drained, end, clock } = setUp(kit);
    await queue.enqueue({ type: 'b', payload: {} });
    await clock.advance(120_000);
    const before = await end();
    queue.process('b', doing());
    const twice = await kit.tried(() => queue.process('b', doing()));
    await drained();
    return { before, twice, ...(await end()) };
  });
  add('closing with a job that runs', async (kit) => {
    const results = [];
    for (const graceMs of [undefined, 0, 1000]) {
      const { queue, doing, end, clock } = setUp(kit);
      queue.process(
        'a',
        doing(
          ({ signal }) =>
            new Promise((resolve, reject) => {
              clock.setTimer(resolve, 5000);
              signal.addEventListener('abort', () => reject(new Error('scenario: stopped')));
            }),
        ),
      );
      for (let at = 0; at < 10; at += 1) await queue.enqueue({ type: 'a', payload: { at } });
      await clock.advance(1);
      await clock.run(queue.close(graceMs === undefined ? undefined : { graceMs }));
      results.push({
        late: await kit.tried(() => queue.enqueue({ type: 'a', payload: {} })),
        again: await kit.tried(() => queue.close()),
        drain: await kit.tried(() => queue.drain()),
        seen: await kit.tried(end),
      });
    }
    return results;
  });
  add('drain that is aborted, and pages of dead letters', async (kit) => {
    const { queue, doing, drained, clock } = setUp(kit);
    queue.process(
      'a',
      doing(() => {
        throw new Error('scenario: no');
      }),
    );
    for (let at = 0; at < 12; at += 1) {
      await queue.enqueue({ type: 'a', payload: { at }, retryDelaysMs: [] });
      await clock.advance(1);
    }
    await queue.enqueue({ type: 'a', payload: {}, delayMs: 100_000 });
    const aborted = await kit.tried(() => queue.drain({ signal: AbortSignal.abort('enough') }));
    const pages = [];
    for (const options of [
      { limit: 3 },
      { limit: 3, offset: 3 },
      { limit: 3, offset: 11 },
      { limit: 0 },
      { limit: 1001 },
      { offset: -1 },
      {},
    ]) {
      pages.push(await kit.tried(async () => (await queue.deadJobs(options)).map(({ payload }) => payload.at)));
    }
    await drained();
    return { aborted, pages };
  });
}
