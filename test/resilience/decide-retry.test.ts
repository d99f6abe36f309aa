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
const http = (status: number): HttpError => new HttpError(`status ${status}`, status >= 500, { status });
const late = { timeoutMs: 1, mayHaveExecuted: true };

/** Error, and whether it is retried for an operation that is safe, keyed, or must never be sent twice. */
const table: readonly (readonly [string, ShopwrightError, { safe: boolean; keyed: boolean; never: boolean }])[] = [
  ['THROTTLED', new ThrottledError('throttled'), { safe: true, keyed: true, never: true }],
  ['a connection that was never made', new NetworkError('refused', false), { safe: true, keyed: true, never: true }],
  ['a connection lost after the send', new NetworkError('reset', true), { safe: true, keyed: true, never: false }],
  ['a time-out', new TimeoutError('TIMEOUT', 'late', late), { safe: true, keyed: true, never: false }],
  ['500', http(500), { safe: true, keyed: true, never: false }],
  ['502', http(502), { safe: true, keyed: true, never: false }],
  ['503', http(503), { safe: true, keyed: true, never: false }],
  ['an answer that is no JSON', new InvalidResponseError('html'), { safe: true, keyed: true, never: false }],
  [
    'an internal error of GraphQL',
    new GraphqlError('internal', { errors: [], isRetryable: true }),
    { safe: true, keyed: true, never: false },
  ],
  ['another GraphQL error', new GraphqlError('bad', { errors: [] }), { safe: false, keyed: false, never: false }],
  ['400', http(400), { safe: false, keyed: false, never: false }],
  ['404', http(404), { safe: false, keyed: false, never: false }],
  ['a wrong token', new AuthenticationError('401'), { safe: false, keyed: false, never: false }],
  ['a missing scope', new AccessDeniedError('403', {}), { safe: false, keyed: false, never: false }],
  ['a frozen shop', new ShopUnavailableError('402'), { safe: false, keyed: false, never: false }],
  ['user errors', new ShopifyUserError('refused', { userErrors: [] }), { safe: false, keyed: false, never: false }],
  ['a query that costs too much', new MaxCostError('cost', {}), { safe: false, keyed: false, never: false }],
  ['an open breaker', new CircuitOpenError('open', 1000), { safe: false, keyed: false, never: false }],
  ['a deadline', new TimeoutError('DEADLINE_EXCEEDED', 'late', late), { safe: false, keyed: false, never: false }],
];

describe('decideRetry', () => {
  for (const [name, error, expected] of table) {
    for (const safety of ['safe', 'keyed', 'never'] as const) {
      it(`${expected[safety] ? 'retries' : 'stops'} after ${name} when the operation is ${safety}`, () => {
        const { action } = decideRetry({ error, retries: 0, safety }, policy, () => 0.5);
        expect(action).toBe(expected[safety] ? 'retry' : 'stop');
      });
    }
  }

  it('stops after the last retry', () => {
    const failed = { error: http(503), safety: 'safe' } as const;
    expect(decideRetry({ ...failed, retries: 4 }, policy, Math.random).action).toBe('retry');
    expect(decideRetry({ ...failed, retries: 5 }, policy, Math.random).action).toBe('stop');
  });

  it('waits exactly as long as the answer said', () => {
    const error = new ThrottledError('throttled', { retryAfterMs: 2500 });
    expect(decideRetry({ error, retries: 3, safety: 'safe' }, policy, () => 0.9)).toEqual({
      action: 'retry',
      delayMs: 2500,
    });
  });

  it('doubles its backoff with full jitter up to the ceiling', () => {
    const delay = (retries: number, random: number): unknown =>
      decideRetry({ error: http(503), retries, safety: 'safe' }, { ...policy, maxRetries: 99 }, () => random);
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
