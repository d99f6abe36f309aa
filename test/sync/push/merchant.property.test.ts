import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyStory, tell } from './merchant-story.ts';

/** Set PUSH_STORIES=2000 for more stories, PUSH_SEED for others. */
const numRuns = Number(process.env['PUSH_STORIES'] ?? 25);
const seed = Number(process.env['PUSH_SEED'] ?? 1);

describe('any changes of a merchant between two pushes', () => {
  it('are kept and reported, nothing is sent twice, and a rollback restores everything', async () => {
    await fc.assert(fc.asyncProperty(anyStory, tell), { numRuns, seed });
  });

  it.each([0, 0.2, 0.4, 0.6, 0.8, 0.99])(
    'keep the order of variants, even after a push that was killed at %d of sorting options',
    async (killedAt) => {
      const variant = (n: number, fit: string) => ({ n, price: '1', options: { Size: 'a', Fit: fit } });
      await tell({
        first: {
          ...{ identity: 'sku', options: ['Size', 'Fit'], fields: { title: 'alpha', alt: 'alpha' } },
          variants: [variant(0, 'a'), variant(1, 'c'), variant(2, 'd')],
        },
        ...{ isSettled: false, policy: undefined, mayDelete: false, isUndoneByProduct: true, killedAt },
        byMerchant: [{ do: 'move variant', at: 2 }],
        toDraft: [
          { do: 'drop variant', at: 0 },
          { do: 'add variant', values: ['a', 'a', 'a'], price: '1' },
        ],
      });
    },
  );

  it.each(['sku', 'key'] as const)(
    'are kept if a push was killed anywhere while variants without known ids, identified by their %s, exchanged values',
    async (identity) => {
      const variant = (n: number, size: string) => ({ n, price: `${n + 1}`, options: { Size: size } });
      for (const killedAt of [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99]) {
        await tell({
          first: {
            ...{ identity, options: ['Size'], fields: { title: 'alpha', alt: 'alpha' } },
            variants: [variant(0, 'a'), variant(1, 'b'), variant(2, 'c')],
          },
          ...{ isSettled: false, policy: undefined, mayDelete: false, isUndoneByProduct: true, killedAt },
          byMerchant: [],
          toDraft: [
            { do: 'swap variants', at: 0, other: 1 },
            { do: 'swap variants', at: 1, other: 2 },
          ],
        });
      }
    },
  );
});
