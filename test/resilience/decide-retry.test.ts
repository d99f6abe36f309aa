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
import { decideRetry, mayHaveExecuted, RetryCourse } from '../../src/resilience/retry.ts';

const policy = { maxRetries: 5, baseDelayMs: 500, maxDelayMs: 30_000, maxThrottledMs: 300_000 };
const first = { retries: 0, throttles: 0, throttledMs: 0 };
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
        const { action } = decideRetry({ ...first, error, idempotency }, policy, () => 0.5);
        expect(action).toBe(expected[idempotency] ? 'retry' : 'stop');
      });
    }
  }

  it('stops after the last retry', () => {
    const failed = { ...first, error: http(503), idempotency: 'idempotent' } as const;
    expect(decideRetry({ ...failed, retries: 4 }, policy, Math.random).action).toBe('retry');
    expect(decideRetry({ ...failed, retries: 5 }, policy, Math.random).action).toBe('stop');
  });

  it('waits exactly as long as the response of a failure said', () => {
    const error = new HttpError('503', { status: 503, isRetryable: true, retryAfterMs: 2500 });
    expect(decideRetry({ ...first, error, retries: 3, idempotency: 'idempotent' }, policy, () => 0.9)).toEqual({
      action: 'retry',
      delayMs: 2500,
    });
  });

  it('doubles its backoff with full jitter up to the ceiling', () => {
    const delay = (retries: number, random: number): unknown =>
      decideRetry(
        { ...first, error: http(503), retries, idempotency: 'idempotent' },
        { ...policy, maxRetries: 99 },
        () => random,
      );
    expect(delay(0, 0.5)).toEqual({ action: 'retry', delayMs: 250 });
    expect(delay(3, 0.5)).toEqual({ action: 'retry', delayMs: 2000 });
    expect(delay(20, 0.5)).toEqual({ action: 'retry', delayMs: 15_000 });
    expect(delay(3, 0)).toEqual({ action: 'retry', delayMs: 0 });
  });
});

describe('decideRetry after throttling', () => {
  const throttled = (retryAfterMs?: number): ThrottledError =>
    new ThrottledError('throttled', retryAfterMs === undefined ? {} : { retryAfterMs });
  const decide = (so: object, random = 0, own: object = {}, error: ShopwrightError = throttled(2000)): unknown =>
    decideRetry({ ...first, error, idempotency: 'unsafe', ...so }, { ...policy, ...own }, () => random);

  it('is bounded by time, not by the number of retries', () => {
    expect(decide({ retries: 99, throttles: 999, throttledMs: 298_000 })).toEqual({ action: 'retry', delayMs: 2000 });
    expect(decide({ throttledMs: 298_001 })).toEqual({ action: 'stop' });
    expect(decide({ throttledMs: 298_001 }, 0, { maxThrottledMs: 400_000 })).toMatchObject({ action: 'retry' });
  });

  it('does not wait at all where that is asked for', () => {
    expect(decide({}, 0, { maxThrottledMs: 0 })).toEqual({ action: 'stop' });
    expect(decide({}, 0, { maxRetries: 0 })).toEqual({ action: 'stop' });
  });

  it('never waits for less than the response said, and spreads callers more each time', () => {
    const waits = [0, 1, 2, 3, 20].map((throttles) => decide({ throttles }, 0.8));
    expect(waits).toEqual([2100, 2200, 2400, 2800, 5200].map((delayMs) => ({ action: 'retry', delayMs })));
    expect(decide({ throttles: 9 }, 0)).toEqual({ action: 'retry', delayMs: 2000 });
  });

  it('waits no longer than the time that is left', () => {
    expect(decide({ throttles: 9, throttledMs: 297_000 }, 0.8)).toEqual({ action: 'retry', delayMs: 3000 });
  });

  it('waits a second where the response names no time, or none at all', () => {
    for (const error of [throttled(), throttled(0)]) {
      expect(decide({}, 0, {}, error)).toEqual({ action: 'retry', delayMs: 1000 });
    }
  });

  it('leaves a wait beyond maxDelayMs to the caller', () => {
    expect(decide({}, 0, {}, throttled(86_400_000))).toEqual({ action: 'stop' });
    expect(decide({}, 0, { maxDelayMs: 900 }, throttled(901))).toEqual({ action: 'stop' });
  });

  it('guesses no wait beyond maxDelayMs', () => {
    for (const error of [throttled(), throttled(0)]) {
      expect(decide({}, 0, { maxDelayMs: 5 }, error)).toEqual({ action: 'retry', delayMs: 5 });
      expect(decide({}, 0, { maxDelayMs: 0 }, error)).toEqual({ action: 'stop' });
      expect(decide({}, 0, { maxDelayMs: 5, maxThrottledMs: 4 }, error)).toEqual({ action: 'stop' });
    }
  });

  it('of a call that was charged repeats nothing unsafe', () => {
    const error = new ThrottledError('throttled', { mayHaveExecuted: true });
    expect(decide({}, 0, {}, error)).toEqual({ action: 'stop' });
    expect(decide({ idempotency: 'idempotent' }, 0, {}, error)).toMatchObject({ action: 'retry' });
  });
});

describe('decideRetry after a failure that asks for a wait', () => {
  const asked = (retryAfterMs: number): HttpError =>
    new HttpError('status 503', { isRetryable: true, status: 503, retryAfterMs });
  const decide = (error: ShopwrightError): unknown =>
    decideRetry({ ...first, error, idempotency: 'idempotent' }, policy, () => 0);

  it('waits as long as maxDelayMs, and leaves a longer wait to the caller', () => {
    expect(decide(asked(30_000))).toEqual({ action: 'retry', delayMs: 30_000 });
    expect(decide(asked(30_001))).toEqual({ action: 'stop' });
  });
});

describe('the retries of one call', () => {
  const throttled = (): ThrottledError => new ThrottledError('throttled', { retryAfterMs: 2_000 });
  const course = (errors: readonly (readonly [atMs: number, error: ShopwrightError])[], own: object = {}) => {
    const retries = new RetryCourse();
    const decisions = errors.map(
      ([atMs, error]) =>
        retries.decide({ error, idempotency: 'idempotent' }, { ...policy, ...own }, () => 0, atMs).action,
    );
    return { retries, decisions };
  };

  it('count time from the first throttled response, whatever failed in between', () => {
    const { decisions } = course([
      [1_000, throttled()],
      [2_000, http(500)],
      [299_000, throttled()],
      [299_001, throttled()],
    ]);
    expect(decisions).toEqual(['retry', 'retry', 'retry', 'stop']);
  });

  it('count failures, and not what was throttled', () => {
    const { retries, decisions } = course(
      [
        [0, throttled()],
        [1, throttled()],
        [2, http(500)],
        [3, throttled()],
        [4, http(500)],
        [5, http(500)],
      ],
      { maxRetries: 2 },
    );
    expect(decisions).toEqual(['retry', 'retry', 'retry', 'retry', 'retry', 'stop']);
    expect(retries.retries).toBe(3);
  });

  it('say on the error how often and how long a call was throttled', () => {
    const { retries } = course([
      [1_000, throttled()],
      [31_000, throttled()],
      [61_400, throttled()],
    ]);
    const error = throttled();
    retries.sayHowLong(error, 61_400);
    expect(error.throttledMs).toBe(60_400);
    expect(error.message).toBe(
      'throttled Throttled 3 times in 60 s. See who else uses the same app and shop, or raise retry.maxThrottledMs.',
    );
  });

  it('say nothing of a single one, and nothing on another error', () => {
    const { retries } = course([[1_000, throttled()]]);
    const single = throttled();
    retries.sayHowLong(single, 2_000);
    expect(single.message).toBe('throttled');
    retries.decide({ error: throttled(), idempotency: 'idempotent' }, policy, () => 0, 2_000);
    const other = http(500);
    retries.sayHowLong(other, 2_000);
    expect(other.message).toBe('status 500');
    const second = throttled();
    retries.sayHowLong(second, 2_000);
    expect(second.message).toContain('Throttled 2 times in 1 s');
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
