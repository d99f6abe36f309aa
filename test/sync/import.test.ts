import fc from 'fast-check';
import { memoryStores } from 'shopwright';
import type { ImportResult, ProductSyncOptions } from 'shopwright/sync';
import { createProductSync } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { anyDraft } from './drafts.ts';
import { type FakeSync, fakeSync } from './fake-shop.ts';

type Imported = Extract<ImportResult, { draft: unknown }>;

/** Another sync of the same shop, which knows nothing yet. */
const fresh = ({ client, clock }: FakeSync, options: Partial<ProductSyncOptions> = {}) => {
  const stores = memoryStores();
  return { stores, sync: createProductSync({ client, stores, clock, ...options }) };
};

const gidOf = ({ fake }: FakeSync, at = 0): string => String(fake.products()[at]?.id);

const imported = (result: ImportResult): Imported => {
  if (!('draft' in result)) throw new Error(`not imported: ${JSON.stringify(result)}`);
  return result;
};

const _collect = async (made: FakeSync, results: AsyncIterable<ImportResult>): Promise<ImportResult[]> =>
  made.clock.run(Array.fromAsync(results));

/** What stands in the shop, without the times. */
const _shop = ({ fake }: FakeSync): string =>
  JSON.stringify(fake.products(), (key, value: unknown) => (key === 'updatedAt' ? undefined : value));

describe('whatever a draft says', () => {
  it('what was pushed and imported is pushed again without a change, and the first draft too', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, fc.boolean(), async (draft, isFresh) => {
        const made = fakeSync();
        const { clock } = made;
        await clock.run(made.sync.push(draft));
        await clock.advance(1_000);
        const gid = gidOf(made);
        const { sync } = isFresh ? fresh(made) : made;
        const result = imported(await clock.run(sync.import(gid, { record: 'all', variantMetafields: ['own.care'] })));
        expect(result).toMatchObject({ outcome: 'imported', localId: 'p', leftOut: [] });
        const before = JSON.stringify(made.fake.products());
        for (const again of [result.draft, draft])
          for (const refresh of [false, true])
            expect(await clock.run(sync.push(again, { refresh }))).toEqual({ outcome: 'unchanged', localId: 'p', gid });
        expect(JSON.stringify(made.fake.products())).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});
