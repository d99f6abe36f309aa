// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { errorOfStatus } from '../../src/http/status.ts';
import type { Idempotency } from '../../src/resilience/retry.ts';
import { decideRetry } from '../../src/resilience/retry.ts';

/** What an HTTP status says about the request: it was refused, it was not carried out, or nobody knows. */
type Verdict = 'refused' | 'not executed' | 'unknown';

/** Statuses that Shopify documents: https://shopify.dev/docs/api/usage/response-codes */
const statuses: Readonly<Record<number, Verdict>> = {
  303: 'refused',
  400: 'refused',
  401: 'refused',
  402: 'refused',
  403: 'refused',
  404: 'refused',
  405: 'refused',
  406: 'refused',
  409: 'refused',
  414: 'refused',
  415: 'refused',
  422: 'refused',
  423: 'refused',
  429: 'not executed',
  430: 'refused',
  500: 'unknown',
  501: 'refused',
  502: 'unknown',
  503: 'unknown',
  504: 'unknown',
  530: 'unknown',
  540: 'unknown',
  783: 'refused',
};

const retried: Readonly<Record<Verdict, readonly Idempotency[]>> = {
  refused: [],
  'not executed': ['idempotent', 'keyed', 'unsafe'],
  unknown: ['idempotent', 'keyed'],
};

const policy = { maxRetries: 5, baseDelayMs: 500, maxDelayMs: 30_000, maxThrottledMs: 300_000 };

describe('a retry after an HTTP status', () => {
  const cases = Object.entries(statuses).flatMap(([status, verdict]) =>
    (['idempotent', 'keyed', 'unsafe'] as const).flatMap((idempotency) =>
      [0, 4, 5].map((retries) => ({ status: Number(status), verdict, idempotency, retries })),
    ),
  );

  it.each(cases)('$status ($verdict), operation $idempotency, after $retries retries', (one) => {
    const { status, verdict, idempotency, retries } = one;
    const response = { status, headers: new Headers(), body: '{"errors":"said"}' };
    const error = errorOfStatus(response, { shop: 'acme.myshopify.com' }, 0);
    const { action } = decideRetry({ error, retries, idempotency, throttles: 0, throttledMs: 0 }, policy, () => 0.5);
    // Throttling is bounded by time, and by nothing else.
    expect(action).toBe((retries < 5 || status === 429) && retried[verdict].includes(idempotency) ? 'retry' : 'stop');
  });
});
