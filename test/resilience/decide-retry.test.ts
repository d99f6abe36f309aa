import {
  AccessDeniedError,
  AuthenticationError,
  CircuitOpenError,
  GraphqlError,
  HttpError,
  InvalidResponseError,
  MaxCostError,
  NetworkError,
  ShopifyUserError,
  ShopUnavailableError,
  type ShopwrightError,
  ThrottledError,
  TimeoutError,
} from 'shopwright';
import { describe, expect, it } from 'vitest';
import { decideRetry, mayHaveExecuted } from '../../src/resilience/retry.ts';

const policy = { maxRetries: 5, baseDelayMs: 500, maxDelayMs: 30_000 };
const http = (status: number): HttpError => new HttpError(`status ${status}`, { isRetryable: status >= 500, status });
const late = { timeoutMs: 1, mayHaveExecuted: true };

/** Error, and whether it is retried for an operation that is safe, keyed, or must never be sent twice. */
const table: readonly (readonly [string, ShopwrightError, { idempotent: boolean; keyed: boolean; unsafe: boolean }])[] =
  [
    ['THROTTLED', new ThrottledError('throttled'), { idempotent: true, keyed: true, unsafe: true }],
    [
      'a connection that was never made',
      new NetworkError('refused', { mayHaveExecuted: false }),
      { idempotent: true, keyed: true, unsafe: true },
    ],
    [
      'a connection lost after the send',
      new NetworkError('reset', { mayHaveExecuted: true }),
      { idempotent: true, keyed: true, unsafe: false },
    ],
    [
      'a time-out',
      new TimeoutError('late', { code: 'TIMEOUT', ...late }),
      { idempotent: true, keyed: true, unsafe: false },
    ],
    ['500', http(500), { idempotent: true, keyed: true, unsafe: false }],
    ['502', http(502), { idempotent: true, keyed: true, unsafe: false }],
    ['503', http(503), { idempotent: true, keyed: true, unsafe: false }],
    ['an answer that is no JSON', new InvalidResponseError('html'), { idempotent: true, keyed: true, unsafe: false }],
    [
      'an internal error of GraphQL',
      new GraphqlError('internal', { errors: [], isRetryable: true }),
      { idempotent: true, keyed: true, unsafe: false },
    ],
    [
      'another GraphQL error',
      new GraphqlError('bad', { errors: [] }),
      { idempotent: false, keyed: false, unsafe: false },
    ],
    ['400', http(400), { idempotent: false, keyed: false, unsafe: false }],
    ['404', http(404), { idempotent: false, keyed: false, unsafe: false }],
    ['a wrong token', new AuthenticationError('401'), { idempotent: false, keyed: false, unsafe: false }],
    ['a missing scope', new AccessDeniedError('403'), { idempotent: false, keyed: false, unsafe: false }],
    ['a frozen shop', new ShopUnavailableError('402'), { idempotent: false, keyed: false, unsafe: false }],
    [
      'user errors',
      new ShopifyUserError('refused', { userErrors: [] }),
      { idempotent: false, keyed: false, unsafe: false },
    ],
    ['a query that costs too much', new MaxCostError('cost'), { idempotent: false, keyed: false, unsafe: false }],
    [
      'an open breaker',
      new CircuitOpenError('open', { retryAfterMs: 1000 }),
      { idempotent: false, keyed: false, unsafe: false },
    ],
    [
      'a deadline',
      new TimeoutError('late', { code: 'DEADLINE_EXCEEDED', ...late }),
      { idempotent: false, keyed: false, unsafe: false },
    ],
  ];

describe('decideRetry', () => {
  for (const [name, error, expected] of table) {
    for (const idempotency of ['idempotent', 'keyed', 'unsafe'] as const) {
      it(`${expected[idempotency] ? 'retries' : 'stops'} after ${name} when the operation is ${idempotency}`, () => {
        const { action } = decideRetry({ error, retries: 0, idempotency }, policy, () => 0.5);
        expect(action).toBe(expected[idempotency] ? 'retry' : 'stop');
      });
    }
  }

  it('stops after the last retry', () => {
    const failed = { error: http(503), idempotency: 'idempotent' } as const;
    expect(decideRetry({ ...failed, retries: 4 }, policy, Math.random).action).toBe('retry');
    expect(decideRetry({ ...failed, retries: 5 }, policy, Math.random).action).toBe('stop');
  });

  it('waits exactly as long as the response said', () => {
    const error = new ThrottledError('throttled', { retryAfterMs: 2500 });
    expect(decideRetry({ error, retries: 3, idempotency: 'idempotent' }, policy, () => 0.9)).toEqual({
      action: 'retry',
      delayMs: 2500,
    });
  });

  it('doubles its backoff with full jitter up to the ceiling', () => {
    const delay = (retries: number, random: number): unknown =>
      decideRetry(
        { error: http(503), retries, idempotency: 'idempotent' },
        { ...policy, maxRetries: 99 },
        () => random,
      );
    expect(delay(0, 0.5)).toEqual({ action: 'retry', delayMs: 250 });
    expect(delay(3, 0.5)).toEqual({ action: 'retry', delayMs: 2000 });
    expect(delay(20, 0.5)).toEqual({ action: 'retry', delayMs: 15_000 });
    expect(delay(3, 0)).toEqual({ action: 'retry', delayMs: 0 });
  });
});

describe('mayHaveExecuted', () => {
  it('is true only where Shopify can have carried the request out', () => {
    const executed = table.filter(([, error]) => mayHaveExecuted(error)).map(([name]) => name);
    expect(executed).toEqual([
      'a connection lost after the send',
      'a time-out',
      '500',
      '502',
      '503',
      'an answer that is no JSON',
      'an internal error of GraphQL',
      'a deadline',
    ]);
  });
});
