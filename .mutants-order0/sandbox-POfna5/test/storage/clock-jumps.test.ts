// @ts-nocheck
import { type Clock, memoryStores, type Stores } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createManualClock } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';

const hourMs = 3_600_000;

/** A clock whose wall time can be set, as an administrator or NTP does; its monotonic time goes on as it did. */
function settableClock() {
  const manual = createManualClock();
  let shiftMs = 0;
  const clock: Clock = { ...manual, now: () => manual.now() + shiftMs };
  return {
    clock,
    advance: manual.advance,
    shift: (ms: number) => {
      shiftMs += ms;
    },
  };
}

const adapters: readonly (readonly [name: string, open: (clock: Clock) => Stores])[] = [
  ['memoryStores', (clock) => memoryStores({ clock })],
  ['sqliteStores', (clock) => sqliteStores({ path: ':memory:', clock })],
];

describe.each(adapters)('%s, when the clock is set', (_name, open) => {
  const opened: Stores[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((stores) => stores.close())));

  function start() {
    const time = settableClock();
    const stores = open(time.clock);
    opened.push(stores);
    return { ...stores, ...time };
  }

  async function take({ keyValue }: Stores) {
    const lock = await keyValue.lock('k', { leaseMs: 1_000 });
    if (!lock) throw new Error('The lock should be free.');
    return lock;
  }

  it.each([-24 * hourMs, -hourMs, -1])('by %d ms, keeps a lock with its holder, and tokens rise', async (shiftMs) => {
    const stores = start();
    const { keyValue, advance, shift } = stores;
    const first = await take(stores);
    shift(shiftMs);
    await advance(5_000);
    expect(first.signal.aborted).toBe(false);
    expect(await keyValue.lock('k')).toBeUndefined();
    await keyValue.set('k', 'first', { fence: first.token });
    expect(await first.release()).toBe(true);
    const second = await take(stores);
    expect(second.token).toBeGreaterThan(first.token);
    await expect(keyValue.set('k', 'stale', { fence: first.token })).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('forward, has one holder who may write, and tells the other', async () => {
    const stores = start();
    const { keyValue, advance, shift } = stores;
    const first = await take(stores);
    shift(hourMs);
    const second = await keyValue.lock('k', { leaseMs: 60_000 });
    const holder = second ?? first;
    await advance(1_000);
    expect(first.signal.aborted).toBe(second !== undefined);
    await keyValue.set('k', 'holder', { fence: holder.token });
    if (second) {
      expect(second.token).toBeGreaterThan(first.token);
      await expect(keyValue.set('k', 'stale', { fence: first.token })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    }
    expect(await keyValue.get('k')).toBe('holder');
  });

  it('back, gives later entries of the journal greater ids', async () => {
    const { journal, shift } = start();
    const shop = 'acme.myshopify.com';
    const draft = {
      ...{ shop, localId: 'p1', gid: null, runId: null, action: 'update' },
      at: 1,
      sent: null,
      before: null,
    };
    const [first = ''] = await journal.append([draft]);
    shift(-24 * hourMs);
    const [second = ''] = await journal.append([draft]);
    expect(second > first).toBe(true);
    expect(await journal.list(shop, { after: first })).toMatchObject([{ id: second }]);
  });
});
