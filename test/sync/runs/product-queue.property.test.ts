import fc from 'fast-check';
import { createShopifyClient, memoryStores, type Stores } from 'shopwright';
import { createProductQueue, createProductSync, type ProductQueue } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { expect, it } from 'vitest';
import { modulesLoaded } from '../../../src/internal/late-module.ts';
import { type HandQueue, handQueue } from '../../queue/hand-queue.ts';
import { domain, tee } from '../fake-shop.ts';

type Command =
  /** The source changes, and then some process is notified. There are few versions, so that old ones return. */
  | { readonly kind: 'change'; readonly localId: string; readonly version: number; readonly at: number }
  /** A process starts its next job. */
  | { readonly kind: 'work'; readonly at: number }
  /** A process dies with its queue, and another one takes its place. */
  | { readonly kind: 'crash'; readonly at: number };

const at = fc.nat(1);
/** Mostly the same product: conflicts are what is tested. */
const localId = fc.constantFrom('tee-1', 'tee-1', 'tee-1', 'tee-2');
const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), localId, version: fc.nat(1), at }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('work' as const), at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), at }) },
  ),
  { minLength: 1, maxLength: 12 },
);
/** Whose turn it is: one number per step. */
const picks = fc.array(fc.nat(1_000), { minLength: 20, maxLength: 200 });

interface Process {
  readonly products: ProductQueue;
  readonly queue: HandQueue;
  die(): void;
}

/** Two processes on the stores of one shop, whose every step waits until it is chosen. */
function world() {
  const waiting: (() => void)[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const clock = createManualClock();
  const fake = createFakeShopify({ clock });
  const stores = memoryStores({ clock });
  const versions = new Map<string, number>();

  const start = (): Process => {
    let isDead = false;
    const step = async <T>(task: () => T | Promise<T>): Promise<T> => {
      await turn();
      // The unfinished work of a dead process is never done.
      return isDead ? new Promise<never>(() => undefined) : task();
    };
    const stepwise = <T extends object>(target: T): T =>
      new Proxy(target, {
        get(of, name) {
          const found: unknown = Reflect.get(of, name);
          if (typeof found !== 'function' || name === 'scan') return found;
          return (...given: unknown[]) => step(() => Reflect.apply(found, of, given) as unknown);
        },
      });
    const own: Stores = { ...stores, records: stepwise(stores.records), keyValue: stepwise(stores.keyValue) };
    const client = createShopifyClient({
      ...{ shop: domain, accessToken: 'shpat_fake', clock, isolated: true },
      fetch: (request, init) => step(() => fake.fetch(request, init)),
    });
    const queue = handQueue();
    const source = (id: string): Promise<unknown> => step(() => tee(id, { title: titleOf(versions.get(id)) }));
    const sync = createProductSync({ client, stores: own, clock });
    const products = createProductQueue({ sync, queue, stores: own, shop: domain, source });
    return {
      ...{ products, queue },
      die() {
        isDead = true;
      },
    };
  };
  return { waiting, clock, fake, stores, versions, start };
}

const titleOf = (version: number | undefined): string => `Version ${version}`;

/** Lets all processes continue as far as they can without a turn. */
async function settled(): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    // On a busy machine, a module loaded on first use takes longer than all rounds together.
    await modulesLoaded();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('the last state of the source reaches the shop, whatever changes, pushes and crashes happen', async () => {
  await fc.assert(
    fc.asyncProperty(commands, picks, fc.boolean(), async (script, turns, allDie) => {
      const { waiting, clock, fake, stores, versions, start } = world();
      const processes = [start(), start()];
      if (allDie) script.push({ kind: 'crash', at: 0 }, { kind: 'crash', at: 1 });
      const failures: unknown[] = [];
      const promised = new Map<string, boolean>();
      const watch = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
      const obey = (command: Command): void => {
        const process = processes[command.at];
        if (command.kind === 'change') {
          versions.set(command.localId, command.version);
          promised.set(command.localId, false);
          const change = async (): Promise<void> => {
            await process?.products.enqueue(command.localId);
            if (versions.get(command.localId) === command.version) promised.set(command.localId, true);
          };
          watch(change());
        } else if (command.kind === 'work') {
          watch(process?.queue.run() ?? Promise.resolve());
        } else {
          process?.die();
          const next = start();
          processes[command.at] = next;
          watch(next.products.resume());
        }
      };
      const goOn = async (work: Promise<unknown> = Promise.resolve()): Promise<void> => {
        let isDone = false;
        const end = (): void => {
          isDone = true;
        };
        work.then(end, end);
        for (let count = 0; ; count += 1) {
          await settled();
          const pick = turns[count % turns.length] ?? 0;
          const command = pick % 8 === 0 || waiting.length === 0 ? script.shift() : undefined;
          if (command) obey(command);
          else if (waiting.length === 0) {
            // A process may wait for an image that the other one has uploaded, or was uploading when it died.
            if (clock.pending > 0) await clock.advance(1_000);
            await settled();
            if (waiting.length === 0 && isDone) return;
          } else waiting.splice(pick % waiting.length, 1)[0]?.();
        }
      };

      await goOn();
      for (let isBusy = true; isBusy; ) {
        const runs = processes.map(({ queue }) => queue.run());
        for (const run of runs) watch(run);
        const all = Promise.all(runs);
        await goOn(all);
        isBusy = (await all).includes(true);
      }
      expect(failures).toEqual([]);
      const titles = new Map(fake.products().map(({ title, variants }) => [skuOf(variants), title]));
      for (const [id, isPromised] of promised) {
        if (isPromised) expect(titles.get(`${id}-S`)).toBe(titleOf(versions.get(id)));
      }
      for (const { products } of processes) {
        const resumed = products.resume();
        await goOn(resumed);
        expect(await resumed).toBe(0);
      }
      expect((await stores.records.counts(domain)).synced).toBe(fake.products().length);
    }),
    { numRuns: 150 },
  );
});

function skuOf(variants: unknown): unknown {
  const [first] = variants as readonly { readonly sku?: unknown }[];
  return first?.sku;
}
