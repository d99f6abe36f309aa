import { type BreakerStore, isShopwrightError } from 'shopwright';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { good, rejection, type Step, scriptedShop, status } from './scripted-shop.ts';

/** A store shared by several processes, on their clock. */
function createStore(
  clock: ManualClock,
): BreakerStore & { readonly values: Map<string, { value: string; until: number }> } {
  const values = new Map<string, { value: string; until: number }>();
  return {
    values,
    get: async (key) => {
      const entry = values.get(key);
      return entry && entry.until > clock.now() ? entry.value : undefined;
    },
    set: async (key, value, { ttlMs }) => void values.set(key, { value, until: clock.now() + ttlMs }),
    delete: async (key) => values.delete(key),
  };
}

function process(clock: ManualClock, store: BreakerStore, steps: readonly Step[]) {
  const policy = { failures: 2, operations: 1, trials: 1, store };
  const { shop, sent, events } = scriptedShop(steps, { clock, breaker: policy, retry: { maxRetries: 0 } });
  const call = (): Promise<unknown> =>
    clock.run(shop.graphql('query Q { shop { id } }').catch((error: unknown) => error));
  return { shop, sent, events, call };
}

describe('a breaker shared by processes', () => {
  it('stops the other processes as soon as one has found the shop failing', async () => {
    const clock = createManualClock();
    const store = createStore(clock);
    const one = process(clock, store, [status(500)]);
    const other = process(clock, store, [good()]);
    await other.call();
    await one.call();
    expect(isShopwrightError(await one.call(), 'HTTP_ERROR')).toBe(true);
    expect(one.shop.status().breaker).toBe('open');

    await clock.advance(1000);
    const refused = await other.call();
    expect(isShopwrightError(refused, 'CIRCUIT_OPEN') && refused.retryAfterMs).toBeLessThanOrEqual(299_000);
    expect(other.sent).toHaveLength(1);
    expect(other.events).toContainEqual({ type: 'breaker', shop: 'acme.myshopify.com', state: 'open' });
  });

  it('stops a process that starts later, at its first call', async () => {
    const clock = createManualClock();
    const store = createStore(clock);
    const one = process(clock, store, [status(500)]);
    await one.call();
    await one.call();
    const late = process(clock, store, [good()]);
    expect(isShopwrightError(await late.call(), 'CIRCUIT_OPEN')).toBe(true);
    expect(late.sent).toHaveLength(0);
  });

  it('lets each process try the shop again afterwards, and closes with the first success', async () => {
    const clock = createManualClock();
    const store = createStore(clock);
    const one = process(clock, store, [status(500), status(500), good()]);
    await one.call();
    await one.call();
    await clock.advance(300_000);
    expect(await one.call()).toHaveProperty('data');
    expect(one.shop.status().breaker).toBe('closed');
    await clock.advance(1);
    expect(store.values.size).toBe(0);
  });

  it('works in each process alone if the store fails, hangs, or holds invalid values', async () => {
    const warnings: string[] = [];
    const logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_fields: object, message: string) => void warnings.push(message),
    };
    const fail = (): Promise<never> => Promise.reject(new Error('store down'));
    const hang = (): Promise<never> => new Promise(() => undefined);
    const rubbish = async (): Promise<string> => 'rubbish';
    const nothing = async (): Promise<void> => undefined;
    for (const store of [
      { get: fail, set: fail, delete: fail },
      { get: hang, set: hang, delete: hang },
      { get: rubbish, set: nothing, delete: nothing },
    ]) {
      const { shop, clock } = scriptedShop([good()], { breaker: { store }, logger });
      await expect(clock.run(shop.graphql('query Q { shop { id } }'))).resolves.toHaveProperty('data');
      expect(clock.pending).toBe(0);
    }
    expect(warnings).toEqual(['the store of the circuit breaker failed']);
  });

  it('does not read the store for each call', async () => {
    const clock = createManualClock();
    let looks = 0;
    const get = async (): Promise<undefined> => {
      looks += 1;
    };
    const store: BreakerStore = { ...createStore(clock), get };
    const { call } = process(clock, store, [good()]);
    for (let i = 0; i < 20; i += 1) await call();
    expect(looks).toBe(1);
    await clock.advance(1000);
    await call();
    expect(looks).toBe(2);
  });

  it('opens even if the store cannot be written', async () => {
    const clock = createManualClock();
    const store: BreakerStore = { ...createStore(clock), set: () => Promise.reject(new Error('down')) };
    const { call, shop } = process(clock, store, [status(500)]);
    await call();
    await call();
    expect(shop.status().breaker).toBe('open');
    expect(isShopwrightError(await rejection(shop.graphql('{ shop { id } }')), 'CIRCUIT_OPEN')).toBe(true);
  });
});
