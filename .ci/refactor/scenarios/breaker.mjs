import { createClock } from '../clock.mjs';
import { faults, good, status, throttled } from '../faults.mjs';

export const group = 'breaker and budget';

const queries = ['query A { shop { id } }', 'query B { shop { name } }'];

export function define({ add, api }) {
  const steps = {
    500: status(500),
    'a reset': faults['a reset'],
    'an HTML page': faults['an HTML page'],
    'no answer': faults['no answer'],
    404: status(404),
    429: status(429),
    THROTTLED: throttled({ requested: 2, available: 1 }),
    401: status(401),
  };
  const settings = {
    default: {},
    'one operation': { operations: 1 },
    'two failures, one trial': { failures: 2, operations: 1, openMs: 1000, trials: 1 },
  };
  for (const [fault, step] of Object.entries(steps)) {
    for (const [name, breaker] of Object.entries(settings)) {
      add(`12 calls against ${fault}, ${name}`, async ({ scriptedShop, outcome }) => {
        const { shop, clock, seen } = scriptedShop([step], { retry: { maxRetries: 0 }, breaker, timeoutMs: 1000 });
        const calls = [];
        for (let call = 0; call < 12; call += 1) {
          const { thrown } = await outcome(clock.run(shop.graphql(queries[call % 2])));
          calls.push([thrown, shop.status().breaker]);
        }
        return { calls, ...seen() };
      });
    }
  }
  for (const [name, later] of Object.entries({
    'a good answer': good({}),
    'a failure': status(500),
    'a refusal': status(404),
  })) {
    add(`half open, then ${name}`, async ({ scriptedShop, outcome }) => {
      const bad = Array.from({ length: 5 }, () => status(500));
      const { shop, clock, seen } = scriptedShop([...bad, later], { retry: { maxRetries: 0 } });
      for (let call = 0; call < 5; call += 1) await outcome(clock.run(shop.graphql(queries[call % 2])));
      const open = await outcome(clock.run(shop.graphql(queries[0])));
      await clock.advance(300_001);
      const trials = await clock.run(
        Promise.all(Array.from({ length: 6 }, (_, at) => outcome(shop.graphql(queries[at % 2])))),
      );
      return { open, trials, after: await outcome(clock.run(shop.graphql(queries[0]))), ...seen() };
    });
  }
  add('half open, REST beside GraphQL', async ({ scriptedShop, outcome }) => {
    const bad = Array.from({ length: 5 }, () => status(502));
    const { shop, clock, seen } = scriptedShop([...bad, good({})], { retry: { maxRetries: 0 } });
    const calls = [];
    for (let call = 0; call < 7; call += 1) {
      calls.push(await outcome(clock.run(call % 2 ? shop.rest.get('x.json') : shop.graphql(queries[0]))));
    }
    return { calls, ...seen() };
  });
  add('the breaker opens in the middle of a call with retries', async ({ scriptedShop, outcome }) => {
    const { shop, clock, seen } = scriptedShop([status(503)], { breaker: { failures: 2, operations: 1 } });
    const calls = await clock.run(Promise.all(queries.map((query) => outcome(shop.graphql(query)))));
    return { calls, third: await outcome(clock.run(shop.graphql(queries[0]))), ...seen() };
  });
  add('a mutation that is not sent again counts too', async ({ scriptedShop, outcome }) => {
    const { shop, clock, seen } = scriptedShop([faults['a reset']], { breaker: { failures: 2, operations: 1 } });
    const calls = [];
    for (let call = 0; call < 3; call += 1) {
      calls.push(await outcome(clock.run(shop.graphql('mutation M { orderCancel(orderId: "1") { job { id } } }'))));
    }
    return { calls, ...seen() };
  });
  add('deadlines that are shorter than time-outs open it', async ({ scriptedShop, outcome }) => {
    const { shop, clock, seen } = scriptedShop([faults['no answer and no ear']]);
    const calls = [];
    for (const name of ['A', 'B', 'C', 'D', 'E', 'F']) {
      calls.push(await outcome(clock.run(shop.graphql(`query ${name} { shop { id } }`, {}, { deadlineMs: 6000 }))));
    }
    return { calls, ...seen() };
  });
  add('clients of one shop share it, and one that is isolated does not', async ({ scriptedShop, outcome }) => {
    const shared = { isolated: false, shop: 'shared-breaker', retry: { maxRetries: 0 } };
    const first = scriptedShop([status(500)], shared);
    const second = scriptedShop([good({})], { ...shared, clock: first.clock, breaker: { failures: 9 } });
    const alone = scriptedShop([good({})], { ...shared, isolated: true });
    const calls = [];
    for (let call = 0; call < 5; call += 1)
      calls.push(await outcome(first.clock.run(first.shop.graphql(queries[call % 2]))));
    return {
      calls,
      second: await outcome(first.clock.run(second.shop.graphql(queries[0]))),
      alone: await outcome(alone.clock.run(alone.shop.graphql(queries[0]))),
      seen: [first.seen(), second.seen(), alone.seen()],
    };
  });
  add('processes tell one another by a store', async ({ scriptedShop, outcome }) => {
    const kept = [];
    const clock = createClock();
    const { keyValue } = api.get('memoryStores')({ clock });
    const store = {
      get: (key) => keyValue.get(key),
      set: (key, value, options) => {
        kept.push({ ttlMs: options.ttlMs });
        return keyValue.set(key, value, options);
      },
      delete: (key) => keyValue.delete(key),
    };
    const options = { clock, retry: { maxRetries: 0 }, breaker: { store, failures: 2, operations: 1 } };
    const first = scriptedShop([status(500), status(500), good({})], options);
    const second = scriptedShop([good({})], options);
    const run = (promise) => outcome(clock.run(promise));
    const calls = [];
    for (let call = 0; call < 3; call += 1) calls.push(await run(first.shop.graphql(queries[call % 2])));
    calls.push(await run(second.shop.graphql(queries[0])));
    await clock.advance(10_000);
    calls.push(await run(second.shop.graphql(queries[0])));
    await clock.advance(300_001);
    calls.push(await run(first.shop.graphql(queries[0])), await run(second.shop.graphql(queries[0])));
    await clock.advance(30_000);
    calls.push(await run(second.shop.graphql(queries[0])));
    return { calls, kept, seen: [first.seen(), second.seen()] };
  });
  for (const [name, step] of Object.entries({ 503: status(503), 429: status(429), 'a reset': faults['a reset'] })) {
    add(`a storm of 60 calls against ${name} is held back`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, sent, events } = scriptedShop([step], { breaker: { failures: 10_000 } });
      const calls = [];
      for (let call = 0; call < 60; call += 1) calls.push(await outcome(clock.run(shop.graphql(queries[call % 2]))));
      return {
        calls: calls.map(({ thrown }) => [thrown?.code, thrown?.attempts]),
        sends: sent.length,
        at: clock.monotonic(),
        events: events.length,
      };
    });
    add(`40 calls at once against ${name} are held back`, async ({ scriptedShop, outcome }) => {
      const { shop, clock, sent } = scriptedShop([step], { breaker: { failures: 10_000 } });
      const calls = await clock.run(
        Promise.all(Array.from({ length: 40 }, (_, at) => outcome(shop.graphql(queries[at % 2])))),
      );
      return { calls: calls.map(({ thrown }) => [thrown?.code, thrown?.attempts]), sends: sent.map(({ at }) => at) };
    });
  }
}
