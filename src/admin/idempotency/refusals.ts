import type { AnswerContext } from '../../errors/answer.ts';
import { ShopifyUserError, type UserErrorEntry } from '../../errors/graphql.ts';
import type { ParsedOperation } from '../../graphql/document.ts';
import { userErrorEntries } from '../user-errors.ts';
import type { CallKeys } from './keys.ts';

/** Milliseconds after which the first send with the same key should have ended. */
const concurrentWaitMs = 1000;

/**
 * Reads what Shopify says about an idempotency key, in `userErrors.code`:
 *
 * - `IDEMPOTENCY_CONCURRENT_REQUEST`: an earlier send is still running. Wait, same key.
 * - `IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED`, `IDEMPOTENCY_RECORD_NOT_FOUND`: that key is used up. A new key.
 * - `IDEMPOTENCY_KEY_PARAMETER_MISMATCH`: the key was used with other input. The caller's mistake, never retried.
 *
 * https://shopify.dev/docs/api/usage/implementing-idempotency
 *
 * @param repeatable Whether the whole document can be sent again: another of its mutations may forbid it.
 * @returns An error that the retry decision understands, or `undefined` where there is nothing of the kind.
 */
export function idempotencyRefusal(
  operation: ParsedOperation,
  data: Readonly<Record<string, unknown>>,
  keys: CallKeys,
  context: AnswerContext,
  repeatable: boolean,
): ShopifyUserError | undefined {
  for (const root of operation.rootFields) {
    const entry = root.userErrorKeys.flatMap((key) => userErrorEntries(data[root.responseKey], key)).find(hasKeyCode);
    if (!entry) continue;
    const message = `${operation.name}: ${entry.message}`;
    const details = { userErrors: [entry], data };
    switch (entry.code) {
      case 'IDEMPOTENCY_CONCURRENT_REQUEST':
        return new ShopifyUserError(
          message,
          { ...details, isRetryable: true, mayHaveExecuted: true },
          { ...context, retryAfterMs: concurrentWaitMs },
        );
      case 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH':
        return new ShopifyUserError(`${message} Use a key of its own for each different input.`, details, context);
      case 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED':
      case 'IDEMPOTENCY_RECORD_NOT_FOUND':
        // The key that Shopify has used up was the caller's own: only the caller can choose another.
        return new ShopifyUserError(
          message,
          { ...details, isRetryable: repeatable && keys.renew(root.responseKey) },
          context,
        );
      default:
    }
  }
  return undefined;
}

function hasKeyCode(entry: UserErrorEntry): boolean {
  return typeof entry.code === 'string' && entry.code.startsWith('IDEMPOTENCY_');
}
