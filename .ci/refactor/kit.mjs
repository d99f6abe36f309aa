import { createClock } from './clock.mjs';
import { uuid } from './plain.mjs';

/** What scenarios are made of: clocks, scripted shops, recorders. One kit for each scenario. */
export function createKit(api) {
  const ends = [];
  const later = (end) => ends.push(end);

  /** What a promise comes to. */
  const outcome = async (promise) => {
    try {
      const value = await promise;
      return { value: summary(value) };
    } catch (error) {
      return { thrown: error };
    }
  };

  /** The same of a function that may throw at once. */
  const tried = (run) => outcome((async () => run())());

  const summary = (value) => {
    if (typeof value !== 'object' || value === null || !('response' in value)) return value;
    const { response, ...rest } = value;
    return { ...rest, status: response?.status };
  };

  const requestOf = async (request, at) => ({
    at,
    method: request.method,
    url: request.url,
    headers: Object.fromEntries([...request.headers].sort()),
    body: await request.clone().text(),
  });

  const token = 'shpat_0123456789abcdef0123456789abcdef';

  /** A client whose server answers step by step; the last step repeats. */
  const scriptedShop = (steps, options = {}) => {
    const clock = createClock();
    const sent = [];
    const events = [];
    const logs = [];
    let count = 0;
    const serve = async (input, init) => {
      const request = new Request(input, init);
      const at = count;
      count += 1;
      sent[at] = await requestOf(request, clock.monotonic());
      const step = steps[Math.min(at, steps.length - 1)];
      if (!step) throw new Error('scenario without a step');
      return step(request, { clock });
    };
    const shop = api.get('createShopifyClient')({
      shop: 'acme',
      accessToken: token,
      isolated: true,
      clock,
      fetch: serve,
      telemetry: (event) => events.push(event),
      logger: recordingLogger(logs),
      ...options,
    });
    return {
      ...{ shop, clock, sent, events, logs },
      /** All that was seen so far. */
      seen: () => ({
        sent: [...sent],
        events: [...events],
        logs: [...logs],
        status: shop.status(),
        at: clock.monotonic(),
      }),
    };
  };

  const recordingLogger = (lines) => {
    const at = (level) => (fields, _message) => {
      lines.push({ level, fields });
    };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  };

  /** A fake Shopify on a clock, a client at it, and all that goes between them. */
  const fakeShop = ({ fake: fakeOptions, client: clientOptions } = {}) => {
    const clock = createClock();
    const fake = api.get('createFakeShopify')({ clock, seed: 1, ...fakeOptions });
    later(() => fake.close());
    const sent = [];
    const events = [];
    const logs = [];
    const record = async (input, init) => {
      const request = new Request(input, init);
      const entry = { at: clock.monotonic(), method: request.method, url: request.url };
      sent.push(entry);
      entry.headers = Object.fromEntries([...request.headers].sort());
      entry.body = await request.clone().text();
      const response = await fake.fetch(request);
      entry.status = response.status;
      return response;
    };
    const client = api.get('createShopifyClient')({
      shop: 'demo.myshopify.com',
      accessToken: 'shpat_fake',
      fetch: record,
      clock,
      isolated: true,
      telemetry: (event) => events.push(event),
      logger: recordingLogger(logs),
      ...clientOptions,
    });
    return { clock, fake, client, sent, events, logs };
  };

  /** All that the stores keep of a shop, by their public methods. */
  const dump = async (stores, shop) => {
    return {
      records: await stores.records.list(shop),
      counts: await stores.records.counts(shop),
      ageCounts: await stores.records.ageCounts(shop),
      errorPatterns: (await stores.records.errorPatterns(shop)).map(({ pattern, ...rest }) => rest),
      journal: await stores.journal.list(shop),
      keys: await keysOf(stores.keyValue),
    };
  };

  /** What is there, not how it is written. */
  const keysOf = async (store, prefix = '') => {
    const keys = [];
    for await (const key of store.scan(prefix)) keys.push(key.replace(uuid, '<uuid>'));
    return keys.sort();
  };

  return {
    ...{ api, later, outcome, tried, summary, token, scriptedShop, fakeShop, recordingLogger, dump, keysOf },
    async end() {
      for (const end of ends.reverse()) await end();
    },
  };
}
