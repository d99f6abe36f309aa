import { describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../src/http/status.ts';

const now = Date.parse('2026-11-23T12:00:00Z');

describe('parseRetryAfterMs', () => {
  it('reads seconds, including decimals, which Shopify sends', () => {
    expect(parseRetryAfterMs('2.0', now)).toBe(2000);
    expect(parseRetryAfterMs('0.5', now)).toBe(500);
    expect(parseRetryAfterMs(' 3 ', now)).toBe(3000);
  });

  it('returns the time until an HTTP date', () => {
    expect(parseRetryAfterMs('Mon, 23 Nov 2026 12:00:07 GMT', now)).toBe(7000);
  });

  it('does not wait for a date that has passed', () => {
    expect(parseRetryAfterMs('Mon, 23 Nov 2026 11:00:00 GMT', now)).toBe(0);
  });

  it.each([null, '', 'soon', '-1', '1e3', '2026-11-23', 'Monday'])('ignores %s', (header) => {
    expect(parseRetryAfterMs(header, now)).toBeUndefined();
  });
});
