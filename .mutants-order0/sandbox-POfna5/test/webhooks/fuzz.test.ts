// @ts-nocheck
import { expect, it } from 'vitest';
import { fuzzHandler, fuzzVerifiers } from './fuzz.ts';

it('none of 20,000 altered deliveries is accepted by a verifier, and none makes it throw', async () => {
  expect(await fuzzVerifiers(1, 20_000)).toEqual({ tried: 20_000, accepted: [], threw: [] });
});

it('none of 4,000 altered deliveries reaches a handler, and none makes it throw', async () => {
  expect(await fuzzHandler(2, 4_000)).toEqual({ tried: 4_000, accepted: [], threw: [] });
});
