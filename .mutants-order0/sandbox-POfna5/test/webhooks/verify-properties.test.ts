// @ts-nocheck
import fc from 'fast-check';
import { type VerifyWebhookInput, verifyWebhook, verifyWebhookAsync } from 'shopwright/webhooks';
import { describe, expect, test } from 'vitest';
import { classicHeadersOf } from './signed-delivery.ts';

const bodies = fc.uint8Array({ maxLength: 200 });
const secrets = fc.string({ minLength: 1, maxLength: 64 }).filter((text) => text.trim() !== '');
const hmacHeader = 'x-shopify-hmac-sha256';

function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const index = Math.floor(bit / 8) % flipped.length;
  flipped[index] = (flipped[index] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

describe('for any body and secret', () => {
  test('what Shopify signs is accepted, by both verifiers, however the header names are written', async () => {
    const upper = fc.infiniteStream(fc.boolean());
    await fc.assert(
      fc.asyncProperty(bodies, secrets, upper, async (rawBody, secret, isUpper) => {
        const headers = Object.fromEntries(
          Object.entries(classicHeadersOf(rawBody, secret)).map(([name, value]) => [
            Array.from(name, (character) => (isUpper.next().value ? character.toUpperCase() : character)).join(''),
            value,
          ]),
        );
        const verified = verifyWebhook({ rawBody, headers, secrets: secret });
        expect(verified).toMatchObject({ ok: true, topic: 'products/update', name: 'catalogue' });
        expect(await verifyWebhookAsync({ rawBody, headers, secrets: secret })).toEqual(verified);
      }),
    );
  });

  test('one altered bit of the body is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), secrets, fc.nat(), (body, secret, bit) => {
        const rawBody = withBitFlipped(body, bit);
        const verified = verifyWebhook({ rawBody, headers: classicHeadersOf(body, secret), secrets: secret });
        expect(verified).toMatchObject({ ok: false, reason: 'hmac-mismatch' });
      }),
      { numRuns: 500 },
    );
  });

  test('one altered bit of the secret is refused', () => {
    const asciiSecrets = fc.stringMatching(/^[!-~]{1,64}$/);
    fc.assert(
      // Bits 0 to 6 keep the text ASCII, so that exactly one bit of the key differs.
      fc.property(bodies, asciiSecrets, fc.nat(), fc.integer({ min: 0, max: 6 }), (rawBody, secret, index, bit) => {
        const other = Buffer.from(withBitFlipped(Buffer.from(secret), index * 8 + bit)).toString('latin1');
        expect(verifyWebhook({ rawBody, headers: classicHeadersOf(rawBody, secret), secrets: other }).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('every single altered bit of the signature is refused, by both verifiers', async () => {
    const headers = classicHeadersOf('{"id":1}', 'hush');
    const hmac = Buffer.from(headers[hmacHeader] ?? '', 'latin1');
    for (let bit = 0; bit < hmac.length * 8; bit += 1) {
      const altered = { ...headers, [hmacHeader]: Buffer.from(withBitFlipped(hmac, bit)).toString('latin1') };
      const input = { rawBody: '{"id":1}', headers: altered, secrets: 'hush' };
      const verified = verifyWebhook(input);
      expect(verified.ok).toBe(false);
      expect(await verifyWebhookAsync(input)).toEqual(verified);
    }
  });

  test('another spelling of the same signature in base64 is refused', () => {
    const headers = classicHeadersOf('{"id":1}', 'hush');
    const hmac = headers[hmacHeader] ?? '';
    const lastBitsUsed = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = lastBitsUsed[lastBitsUsed.indexOf(hmac[42] ?? '') + 1];
    for (const spelling of [`${hmac.slice(0, 42)}${last}=`, hmac.slice(0, 43), `${hmac}\n`, ` ${hmac}`, `${hmac}=`]) {
      const verified = verifyWebhook({
        rawBody: '{"id":1}',
        headers: { ...headers, [hmacHeader]: spelling },
        secrets: 'hush',
      });
      expect(verified).toMatchObject({ ok: false, reason: 'hmac-malformed' });
    }
  });
});

test('garbage of any kind is refused and never throws', async () => {
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
    fc.record({ rawBody: anything, headers: anything, secrets: anything }),
    fc.record({
      rawBody: bodies,
      headers: fc.dictionary(fc.constantFrom(hmacHeader, 'get', 'x-shopify-topic'), anything),
      secrets: fc.constant('hush'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(input, async (garbage) => {
      const verified = verifyWebhook(garbage as VerifyWebhookInput);
      expect(verified.ok).toBe(false);
      expect(await verifyWebhookAsync(garbage as VerifyWebhookInput)).toEqual(verified);
    }),
    { numRuns: 1000 },
  );
});
