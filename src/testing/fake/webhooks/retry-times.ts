/** Tries after the first. https://shopify.dev/changelog/updates-to-webhook-retry-mechanism */
export const retries = 8;

const wholeMs = 4 * 3_600_000;

/**
 * Milliseconds from the first try to retry `number`, counted from 1. Shopify says eight retries over four hours with
 * exponential backoff, and no more: here each wait is twice the one before, from 56 seconds to two hours.
 */
export function retryAfterMs(number: number): number {
  return Math.round((wholeMs * (2 ** number - 1)) / (2 ** retries - 1));
}
