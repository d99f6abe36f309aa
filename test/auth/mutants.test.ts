import fc from 'fast-check';
import { verifyAppProxy, verifyOAuthQuery, verifySessionToken, verifyShop } from 'shopwright/auth';
import { expect, it } from 'vitest';
import { acceptValid, tryMutants } from './mutants.ts';

it('none of 8,000 mutants of valid inputs is accepted, and none makes a verifier throw', () => {
  expect(tryMutants(2026, 8_000)).toEqual({ tried: 8_000, accepted: [], threw: [] });
});

it('2,000 valid inputs are all accepted', () => {
  expect(acceptValid(2027, 2_000)).toBe(2_000);
});

it('garbage of any kind is refused and never throws', () => {
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
    withBigInt: true,
  });
  const input = fc.oneof(
    anything,
    fc.record({ query: anything, token: anything, clientId: anything, secrets: anything }),
    fc.record({
      query: fc.string({ unit: 'binary' }),
      token: fc.string({ unit: 'binary' }),
      clientId: fc.constant('id'),
      secrets: fc.constant('hush'),
      otherHosts: anything,
      clock: anything,
      windowSeconds: anything,
      skewSeconds: anything,
      state: anything,
    }),
  );
  fc.assert(
    fc.property(input, (garbage) => {
      for (const verify of [verifySessionToken, verifyOAuthQuery, verifyAppProxy, verifyShop]) {
        expect(Reflect.apply(verify, undefined, [garbage, garbage])).toMatchObject({
          ok: false,
          reason: expect.any(String),
        });
      }
    }),
    { numRuns: 300 },
  );
});
