// @ts-nocheck
import fc from 'fast-check';
import { verifyAppProxy, verifyOAuthQuery, verifySessionToken, verifyShop } from 'shopwright/auth';
import { expect, it } from 'vitest';
import { acceptValid, tryMutants } from './mutants.ts';
import { secret } from './signed.ts';

it('none of 8,000 mutants of valid inputs is accepted or makes a verifier throw, and no message repeats one', () => {
  const { messages, ...outcome } = tryMutants(2026, 8_000);
  expect(outcome).toEqual({ tried: 8_000, accepted: [], threw: [] });
  // The same few for all of them.
  expect(messages.length).toBeLessThan(40);
  expect(messages.filter((message) => message.includes(secret.slice(6)))).toEqual([]);
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
