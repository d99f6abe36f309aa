import { setImmediate as nextTurn } from 'node:timers/promises';
import { inProcessQueue } from 'shopwright/queue';
import { createProductQueue, type ProductQueue, type ProductQueueOptions, type SyncRun } from 'shopwright/sync';
import { onTestFinished } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

export interface RunShop extends FakeSync {
  /** The products of the source. */
  readonly drafts: Map<string, unknown>;
  /** Another process on the same stores, with its own queue in memory. */
  process(options?: Partial<ProductQueueOptions>): { products: ProductQueue; drain(): Promise<void> };
  readonly products: ProductQueue;
  /** Runs the jobs of the first process to their end. */
  drain(): Promise<void>;
}

/** A product queue with that many products in its source, `p-0` to `p-n`. */
export function runShop(
  count: number,
  options: { shop?: Parameters<typeof fakeSync>[0]; queue?: Partial<ProductQueueOptions> } = {},
): RunShop {
  const made = fakeSync(options.shop);
  const { stores, sync, clock } = made;
  const drafts = new Map<string, unknown>(idsOf(count).map((localId) => [localId, plain(localId)]));
  const process: RunShop['process'] = (more = {}) => {
    const queue = inProcessQueue({ clock });
    onTestFinished(() => clock.run(queue.close({ graceMs: 0 })));
    const products = createProductQueue({
      ...{ sync, queue, stores, shop: domain, clock, source: async (localId) => drafts.get(localId) },
      ...options.queue,
      ...more,
    });
    // In small steps: a bulk operation reads and uploads in real time, during which the clock would leap ahead.
    const drain = async (): Promise<void> => {
      let isOver = false;
      const end = queue.drain().finally(() => {
        isOver = true;
      });
      while (!isOver) {
        await clock.advance(100);
        for (let turn = 0; turn < 5 && !isOver; turn += 1) await nextTurn();
      }
      await end;
    };
    return { products, drain };
  };
  return { ...made, drafts, process, ...process() };
}

/** A product without images. */
export const plain = (localId: string, more: object = {}): object => ({
  ...{ localId, title: `Product ${localId}`, variants: [{ sku: localId, price: '10.00' }] },
  ...more,
});

export const idsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index}`);

/** The current run, which must exist. */
export async function runOf(products: ProductQueue, id: string): Promise<SyncRun> {
  const run = await products.runs.get(id);
  if (!run) throw new Error(`no run ${id}`);
  return run;
}

/** How often each product was created, by the log of the fake. */
export function creations({ fake }: Pick<FakeSync, 'fake'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fields } of fake.executions)
    for (const { name, args, result } of fields) {
      if (name !== 'productSet' || result !== 'ok') continue;
      const { title } = args['input'] as { title: string };
      counts.set(title, (counts.get(title) ?? 0) + 1);
    }
  return counts;
}
