import type { ShopwrightError } from 'shopwright';
import * as shopwright from 'shopwright';
import { describe, expect, it } from 'vitest';

const {
  AccessDeniedError,
  CircuitOpenError,
  ConfigError,
  HttpError,
  isShopwrightError,
  MaxCostError,
  NetworkError,
  OutcomeUnknownError,
  ShopifyUserError,
  StorageError,
  ThrottledError,
  ValidationError,
} = shopwright;

const context = { shop: 'acme.myshopify.com', operation: 'Q', requestId: 'r-1' };
const issues = [{ field: 'title', message: 'is missing. Give one.' }];

describe('toJSON', () => {
  it('returns what a log line needs, and nothing of the cause', () => {
    const error = new ThrottledError('slow down', { ...context, retryAfterMs: 500, cause: new Error('hidden') });
    error.attempts = 3;
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ThrottledError',
      code: 'THROTTLED',
      message: 'slow down',
      isRetryable: true,
      ...context,
      retryAfterMs: 500,
      attempts: 3,
    });
  });

  it.each([
    [new ConfigError('Invalid configuration', { issues }), { issues }],
    [new ValidationError('The product is invalid', { issues }), { issues }],
    [new HttpError('gone', { status: 404 }), { status: 404 }],
    [new ShopifyUserError('refused', { userErrors: [{ message: 'x' }] }), { userErrors: [{ message: 'x' }] }],
    [new OutcomeUnknownError('lost', { sentAt: 5, idempotencyKey: 'k' }), { sentAt: 5, idempotencyKey: 'k' }],
    [new OutcomeUnknownError('lost', { sentAt: 5 }), { sentAt: 5 }],
    [new CircuitOpenError('open', { retryAfterMs: 7 }), { retryAfterMs: 7 }],
    [new StorageError('busy', { isRetryable: true }), { isRetryable: true, code: 'STORAGE_FAILED' }],
  ])('of %s includes its own fields', (error, fields) => {
    expect(error.toJSON()).toMatchObject(fields);
  });
});

describe('a message', () => {
  it('names each problem with its field', () => {
    expect(new ValidationError('The product is invalid', { issues }).message).toBe(
      'The product is invalid:\n  - title: is missing. Give one.',
    );
  });

  it.each(['shpat_0123abcdef', 'shpca_0123', 'shpss_secret-with_signs', 'shprt_refresh'])(
    'never holds %s',
    (secret) => {
      expect(new NetworkError(`failed with ${secret}.`, { mayHaveExecuted: true }).message).toBe(
        'failed with [redacted].',
      );
    },
  );
});

describe('a guard', () => {
  it('recognizes errors of another copy of the module', () => {
    const foreign = Object.assign(new Error('x'), { code: 'CONFIG_INVALID', [Symbol.for('shopwright.error')]: true });
    expect(isShopwrightError(foreign)).toBe(true);
    expect(isShopwrightError(foreign, 'CONFIG_INVALID')).toBe(true);
  });

  it.each([
    null,
    undefined,
    'text',
    1,
    {},
    new Error('CONFIG_INVALID'),
    Object.assign(new Error('x'), { code: 'CONFIG_INVALID' }),
  ])('rejects %s', (value) => {
    expect(isShopwrightError(value)).toBe(false);
    expect(isShopwrightError(value, 'CONFIG_INVALID')).toBe(false);
  });

  it('recognizes every class by its code, and no other class', () => {
    const details = { timeoutMs: 1, mayHaveExecuted: false };
    const samples: Record<string, unknown> = {
      AccessDeniedError: new AccessDeniedError('x'),
      AuthenticationError: new shopwright.AuthenticationError('x'),
      CircuitOpenError: new CircuitOpenError('x', { retryAfterMs: 1 }),
      ConfigError: new ConfigError('Invalid configuration', { issues: [] }),
      GraphqlError: new shopwright.GraphqlError('x', { errors: [] }),
      HttpError: new HttpError('x', { status: 400 }),
      InvalidResponseError: new shopwright.InvalidResponseError('x'),
      LockLostError: new shopwright.LockLostError('x'),
      MaxCostError: new MaxCostError('x'),
      NetworkError: new NetworkError('x', { mayHaveExecuted: true }),
      OutcomeUnknownError: new OutcomeUnknownError('x', { sentAt: 0 }),
      QueueError: new shopwright.QueueError('x', { isRetryable: true }),
      ShopUnavailableError: new shopwright.ShopUnavailableError('x'),
      ShopifyUserError: new ShopifyUserError('x', { userErrors: [] }),
      StorageError: new StorageError('x'),
      ThrottledError: new ThrottledError('x'),
      TimeoutError: new shopwright.TimeoutError('x', { code: 'TIMEOUT', ...details }),
      ValidationError: new ValidationError('x is invalid', { issues: [] }),
    };
    const classes = Object.keys(shopwright).filter(
      (name) => name.endsWith('Error') && !name.startsWith('is') && name !== 'ShopwrightError',
    );
    expect(Object.keys(samples).sort()).toEqual(classes.sort());
    for (const name of classes) {
      const { code } = samples[name] as ShopwrightError;
      const accepted = Object.keys(samples).filter((sample) => isShopwrightError(samples[sample], code));
      expect(accepted, code).toEqual([name]);
      expect((samples[name] as Error).name).toBe(name);
    }
  });
});
