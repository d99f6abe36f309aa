import { type VerifyWebhookInput, verifyWebhook, verifyWebhookAsync } from 'shopwright/webhooks';
import { describe, expect, test } from 'vitest';
import { classicHeadersOf, hmacOf, oldSecret, productBody, secret, without } from './signed-delivery.ts';

const verifiers = [
  ['verifyWebhook', async (input: VerifyWebhookInput) => verifyWebhook(input)],
  ['verifyWebhookAsync', verifyWebhookAsync],
] as const;

const headers = classicHeadersOf(productBody);

/** Input that the types forbid and JavaScript lets through. */
const untyped = (input: unknown): VerifyWebhookInput => input as VerifyWebhookInput;

describe.each(verifiers)('%s', (_name, verify) => {
  const emptyKeyHeaders = { ...headers, 'x-shopify-hmac-sha256': hmacOf(productBody, ' ') };
  const right = { rawBody: productBody, headers, secrets: secret };
  test.each([
    ['secret-missing', 'no secret', { ...right, secrets: undefined }],
    ['secret-missing', 'an empty list', { ...right, secrets: [] }],
    [
      'secret-missing',
      'a blank secret, though it made the signature',
      { ...right, headers: emptyKeyHeaders, secrets: ' ' },
    ],
    ['secret-missing', 'secrets that are no text', { ...right, secrets: [5, null, {}] }],
    ['secret-has-whitespace', 'a line break after the secret', { ...right, secrets: `${secret}\n` }],
    ['secret-has-whitespace', 'a space before one of several', { ...right, secrets: [oldSecret, ` ${secret}`] }],
    ['body-already-parsed', 'a parsed body', { ...right, rawBody: JSON.parse(productBody) }],
    ['body-already-parsed', 'a number as body', { ...right, rawBody: 42 }],
    ['body-missing', 'no body', { ...right, rawBody: undefined }],
    ['body-missing', 'null as body', { ...right, rawBody: null }],
    ['hmac-missing', 'no signature', { ...right, headers: without(headers, 'x-shopify-hmac-sha256') }],
    ['hmac-missing', 'no headers in the Headers object', { ...right, headers: new Headers() }],
    ['hmac-missing', 'a signature that is no text', { ...right, headers: { 'x-shopify-hmac-sha256': [1] } }],
    ['hmac-malformed', 'a signature in hex', { ...right, headers: { 'x-shopify-hmac-sha256': 'ab'.repeat(32) } }],
    ['hmac-malformed', 'an empty signature', { ...right, headers: { 'x-shopify-hmac-sha256': '' } }],
    [
      'hmac-malformed',
      'two signatures',
      { ...right, headers: { 'x-shopify-hmac-sha256': [hmacOf(productBody), hmacOf(productBody)] } },
    ],
    ['hmac-mismatch', 'another body', { ...right, rawBody: `${productBody} ` }],
    ['hmac-mismatch', 'another secret', { ...right, secrets: oldSecret }],
    ['hmac-mismatch', 'another secret with white space', { ...right, secrets: `${oldSecret} ` }],
    ['topic-missing', 'no topic', { ...right, headers: without(headers, 'x-shopify-topic') }],
    ['shop-missing', 'no shop', { ...right, headers: without(headers, 'x-shopify-shop-domain') }],
    [
      'shop-invalid',
      'another host',
      { ...right, headers: { ...headers, 'x-shopify-shop-domain': 'acme.myshopify.com.evil.example' } },
    ],
    [
      'shop-invalid',
      'a line break after the shop',
      { ...right, headers: { ...headers, 'x-shopify-shop-domain': 'acme.myshopify.com\n' } },
    ],
    ...[
      'evil.example/acme.myshopify.com',
      'evil.example#acme.myshopify.com',
      ' acme.myshopify.com',
      '-acme.myshopify.com',
    ].map((shop): [string, string, unknown] => [
      'shop-invalid',
      `"${shop}" as shop`,
      { ...right, headers: { ...headers, 'x-shopify-shop-domain': shop } },
    ]),
    [
      'shop-invalid',
      'the shop twice',
      {
        ...right,
        headers: { ...headers, 'x-shopify-shop-domain': ['acme.myshopify.com', 'acme.myshopify.com'] },
      },
    ],
    ['topic-invalid', 'a topic sent twice', { ...right, headers: { ...headers, 'x-shopify-topic': ['a/b', 'a/b'] } }],
    ['topic-invalid', 'a topic joined', { ...right, headers: { ...headers, 'x-shopify-topic': 'a/b, a/b' } }],
    ['topic-missing', 'a topic that is not text', { ...right, headers: { ...headers, 'x-shopify-topic': ['a', 1] } }],
    ['topic-missing', 'an empty list as topic', { ...right, headers: { ...headers, 'x-shopify-topic': [] } }],
    ['input-invalid', 'no headers', { ...right, headers: undefined }],
    ['input-invalid', 'headers as text', { ...right, headers: 'x-shopify-topic: a' }],
    ['input-invalid', 'null headers', { ...right, headers: null }],
    ['input-invalid', 'no input', undefined],
    [
      'input-invalid',
      'headers that throw',
      {
        ...right,
        headers: {
          get: () => {
            throw new Error('no');
          },
        },
      },
    ],
  ])('refuses with %s: %s', async (reason, _case, input) => {
    expect(await verify(untyped(input))).toMatchObject({
      ok: false,
      reason,
      message: expect.stringMatching(/^[A-Z].*\S$/s),
    });
  });

  test('an unsigned topic or shop is not looked at before the signature', async () => {
    const bare = { 'x-shopify-hmac-sha256': hmacOf('other') };
    expect(await verify({ rawBody: productBody, headers: bare, secrets: secret })).toMatchObject({
      reason: 'hmac-mismatch',
    });
  });

  test('a parsed body is answered with what to do about it', async () => {
    const verified = await verify(untyped({ ...right, rawBody: {} }));
    expect(verified).toMatchObject({ message: expect.stringContaining('the original bytes, so keep these') });
  });

  test.each([
    ['an empty body', 'The body is empty', { ...right, rawBody: '' }],
    [
      'an access token in place of the secret',
      'looks like an access token',
      { ...right, secrets: 'shpat_0123456789abcdef' },
    ],
    [
      'an access token among the secrets',
      'looks like an access token',
      { ...right, secrets: [undefined, oldSecret, ' atkn_0123456789abcdef'] },
    ],
  ])('a mismatch hints at %s', async (_case, hint, input) => {
    expect(await verify(input)).toMatchObject({ reason: 'hmac-mismatch', message: expect.stringContaining(hint) });
  });

  test.each([
    ['another secret', { ...right, secrets: oldSecret }],
    ['a secret with the letters of a token in it', { ...right, secrets: 'x-shpat_0123456789abcdef' }],
  ])('a mismatch of %s has no hint', async (_case, input) => {
    const message = expect.not.stringMatching(/body is empty|looks like/);
    expect(await verify(input)).toMatchObject({ reason: 'hmac-mismatch', message });
  });

  test.each([
    ['a mismatch', { ...right, rawBody: 'customer@example.com' }],
    ['a secret with white space', { ...right, secrets: `${secret}\n` }],
    ['a parsed body', untyped({ ...right, rawBody: { email: 'customer@example.com' } })],
  ])('the message about %s holds no secret, no signature and nothing of the body', async (_case, input) => {
    const text = JSON.stringify(await verify(input));
    for (const part of [secret, hmacOf(productBody), hmacOf('customer@example.com'), 'customer@example.com']) {
      expect(text).not.toContain(part);
    }
  });
});
