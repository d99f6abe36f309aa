import { type BreakerStore, createShopifyClient, type Logger, type TelemetryEvent } from 'shopwright';
import { createFakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import type { CommonOptions } from '../../src/client/options.ts';
import { rejection, token } from './scripted-shop.ts';

const failing = (): Promise<Response> => Promise.resolve(new Response('{"errors":"no"}', { status: 500 }));

interface Client {
  readonly events: TelemetryEvent[];
  readonly warnings: string[];
  call(): Promise<unknown>;
}

/** A client with the state of the whole process, without retries. */
function client(shop: string, options: Partial<CommonOptions> = {}): Client {
  const events: TelemetryEvent[] = [];
  const warnings: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    error() {},
    warn: (_fields, message) => void warnings.push(message),
  };
  const made = createShopifyClient({
    ...{ shop, accessToken: token, fetch: failing, retry: { maxRetries: 0 }, logger },
    telemetry: (event) => void events.push(event),
    ...options,
  });
  return { events, warnings, call: () => rejection(made.graphql('query Q { shop { id } }')) };
}

const breakerEvents = ({ events }: Client): readonly TelemetryEvent[] =>
  events.filter(({ type }) => type === 'breaker');

describe('clients of one app and shop', () => {
  it('report a change of the breaker where the call was made', async () => {
    const breaker = { failures: 2, operations: 1 };
    const [first, second] = [client('hears', { breaker }), client('hears', { breaker })];
    await first.call();
    await second.call();
    expect(breakerEvents(first)).toEqual([]);
    expect(breakerEvents(second)).toEqual([{ type: 'breaker', shop: 'hears.myshopify.com', state: 'open' }]);
    expect(await first.call()).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('warn once which breaker options have no effect', () => {
    client('differs', { breaker: { failures: 7 } });
    const other = client('differs', { breaker: { failures: 3, openMs: 300_000, trials: 9 } });
    expect(other.warnings).toHaveLength(1);
    expect(other.warnings[0]).toMatch(/no effect: breaker\.failures, breaker\.trials\./);
    expect(client('differs', { breaker: { failures: 3 } }).warnings).toEqual([]);
  });

  it('warn that a store for the breaker comes too late', () => {
    const store: BreakerStore = {
      get: async () => undefined,
      set: async () => undefined,
      delete: async () => undefined,
    };
    client('no-store');
    expect(client('no-store', { breaker: { store } }).warnings.join()).toMatch(/no effect: breaker\.store\./);
  });

  it('do not warn if they agree, set nothing, or belong to another app', () => {
    client('agrees', { breaker: { failures: 7 } });
    const others = [{ breaker: { failures: 7 } }, {}, { appId: 'other', breaker: { failures: 3 } }];
    expect(others.flatMap((options) => client('agrees', options).warnings)).toEqual([]);
  });

  it('log a failure of the store where the call was made', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error('secret'));
    const breaker = { store: { get: broken, set: broken, delete: broken } };
    const [first, second] = [client('broken-store', { breaker }), client('broken-store', { breaker })];
    await second.call();
    expect(first.warnings).toEqual([]);
    expect(second.warnings).toEqual(['the store of the circuit breaker failed']);
  });
});

describe('clients of two fakes', () => {
  const query = '{ shop { name } }';
  const clientsOfFake = () => {
    const fake = createFakeShopify();
    const make = () =>
      createShopifyClient({
        ...{ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch },
        ...{ retry: { maxRetries: 0 }, breaker: { failures: 1, operations: 1 } },
      });
    return { fake, make };
  };

  it('share neither bucket nor breaker, while those of one fake do', async () => {
    const [first, second] = [clientsOfFake(), clientsOfFake()];
    const one = first.make();
    await one.graphql(query);
    expect(first.make().status().limiter).toBeDefined();
    expect(second.make().status().limiter).toBeUndefined();
    first.fake.faults.next('status-503');
    await rejection(one.graphql(query));
    expect([first.make(), second.make()].map((client) => client.status().breaker)).toEqual(['open', 'closed']);
    expect((await second.make().graphql(query)).attempts).toBe(1);
  });
});
