import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyStory, tell } from './merchant-story.ts';

/** More with PUSH_STORIES=2000, and others with PUSH_SEED. */
const numRuns = Number(process.env['PUSH_STORIES'] ?? 25);
const seed = Number(process.env['PUSH_SEED'] ?? 1);

describe('whatever a merchant changes between two pushes', () => {
  it('nothing of it is lost, all is told, nothing is sent twice, and a rollback puts it back', async () => {
    await fc.assert(fc.asyncProperty(anyStory, tell), { numRuns, seed });
  });

  it.each([0, 0.2, 0.4, 0.6, 0.8, 0.99])(
    'the order of their variants stays, also after a push that was killed at %d of its way through sorting options',
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
});
