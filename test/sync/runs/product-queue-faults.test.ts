import { StorageError, type Stores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createProductQueue, createProductSync } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

/** How a call to a store fails: before or after it is executed. */
type Fault = 'refused' | 'answer lost';

/** A product queue whose stores fail in one of their calls. */
function start() {
  const { stores, clock, fake, client } = fakeSync({ client: { retry: { maxRetries: 0 } } });
  const calls: string[] = [];
  let failing: { readonly at: number; readonly fault: Fault } | undefined;
  const faulty = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const found: unknown = Reflect.get(of, name);
        if (typeof found !== 'function' || name === 'scan') return found;
        return async (...given: unknown[]) => {
          const isFailing = calls.push(String(name)) === failing?.at;
          const fail = (): never => {
            throw new StorageError(`${String(name)} failed`);
          };
          if (isFailing && failing?.fault === 'refused') fail();
          const answer: unknown = await Reflect.apply(found, of, given);
          return isFailing ? fail() : answer;
        };
      },
    });
  const own: Stores = { ...stores, records: faulty(stores.records), keyValue: faulty(stores.keyValue) };
  const sync = createProductSync({ client, stores: own, clock });
  const queue = inProcessQueue({ clock });
  let title = 'First';
  const source = async (localId: string) => tee(localId, { title });
  const products = createProductQueue({ sync, queue, stores: own, shop: domain, source });
  return {
    ...{ stores, clock, fake, queue, products, calls },
    /** Changes the product, queues it, and does all jobs. */
    async change(to: string, at?: number, fault: Fault = 'refused'): Promise<void> {
      title = to;
      calls.length = 0;
      failing = at === undefined ? undefined : { at, fault };
      // As a host does after an error for its change.
      await products.enqueue('tee-1').catch(() => products.enqueue('tee-1'));
      await clock.run(queue.drain());
      failing = undefined;
    },
  };
}

const faults = ['refused', 'answer lost'] as const;

describe.each(faults)('a call to a store that is %s', (fault) => {
  it.each(['new', 'changed', 'changed back'])('loses no push of a %s product, whichever call it is', async (kind) => {
    for (let at = 1, isOver = false; !isOver; at += 1) {
      const t = start();
      const last = kind === 'changed' ? 'Second' : 'First';
      if (kind !== 'new') await t.change('First');
      if (kind === 'changed back') await t.change('Second');
      await t.change(last, at, fault);
      isOver = t.calls.length < at;
      const where = `call ${at}, ${t.calls[at - 1]}`;
      expect(
        t.fake.products().map((product) => product['title']),
        where,
      ).toEqual([last]);
      expect(await t.stores.records.counts(domain), where).toMatchObject({ synced: 1, pending: 0, failed: 0 });
      expect((await t.queue.stats()).dead, where).toBe(0);
      expect(await t.products.resume(), where).toBe(0);
    }
  });
});
