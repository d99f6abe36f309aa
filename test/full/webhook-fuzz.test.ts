import { expect, it } from 'vitest';
import { fuzzHandler, fuzzVerifiers } from '../webhooks/fuzz.ts';

it('none of a million altered bodies, signatures, headers and secrets is accepted, and none makes the verifier throw', async () => {
  expect(await fuzzVerifiers(2026, 1_000_000)).toEqual({ tried: 1_000_000, accepted: [], threw: [] });
}, 600_000);

it('none of 100,000 altered deliveries reaches a handler, and none makes it throw', async () => {
  expect(await fuzzHandler(2027, 100_000)).toEqual({ tried: 100_000, accepted: [], threw: [] });
}, 600_000);
