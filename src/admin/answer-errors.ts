import { AccessDeniedError, type AnswerContext, ShopUnavailableError, ThrottledError } from '../errors/answer.ts';
import type { ShopwrightError } from '../errors/base.ts';
import { GraphqlError, type GraphqlErrorEntry, MaxCostError } from '../errors/graphql.ts';
import { redactText } from '../errors/redact.ts';
import { isRecord } from '../internal/json.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { CallCost } from '../request/types.ts';

/** Tests an entry for a code. */
export const hasCode =
  (code: string) =>
  (entry: GraphqlErrorEntry): boolean =>
    entry.extensions?.['code'] === code;

/** The entries of `errors`, which Shopify sends as a list, an object of texts, or a text. */
export function readErrors(errors: unknown): readonly GraphqlErrorEntry[] {
  if (errors === undefined || errors === null) return [];
  if (!Array.isArray(errors)) {
    return [{ message: redactText(typeof errors === 'string' ? errors : JSON.stringify(errors)) }];
  }
  return errors.map((entry: unknown): GraphqlErrorEntry => {
    if (!isRecord(entry)) return { message: String(entry) };
    return {
      message: typeof entry['message'] === 'string' ? redactText(entry['message']) : 'no message',
      ...(Array.isArray(entry['path']) && { path: entry['path'] }),
      ...(isRecord(entry['extensions']) && { extensions: entry['extensions'] }),
    };
  });
}

/** One typed error for an answer's `errors`, by the most telling of their codes. */
export function errorOfEntries(
  errors: readonly GraphqlErrorEntry[],
  answer: {
    readonly data: Record<string, unknown> | undefined;
    readonly cost: CallCost | null;
    readonly status: ThrottleStatus | undefined;
  },
  context: AnswerContext & { readonly operation: string },
): ShopwrightError {
  const { data } = answer;
  const message = `${context.operation}: ${errors.map((entry) => entry.message).join('; ')}`;
  const find = (code: string): GraphqlErrorEntry | undefined => errors.find(hasCode(code));

  // With data beside it, something was executed all the same.
  if (find('THROTTLED') && !holdsData(data)) {
    return new ThrottledError(message, { ...context, retryAfterMs: msUntilPoints(answer.cost, answer.status) });
  }
  const tooCostly = find('MAX_COST_EXCEEDED');
  if (tooCostly) {
    const number = (key: string): number | undefined => {
      const value = tooCostly.extensions?.[key];
      return typeof value === 'number' ? value : undefined;
    };
    return new MaxCostError(
      `${message}. Ask for smaller pages or fewer nested fields.`,
      { cost: number('cost'), maxCost: number('maxCost') },
      context,
    );
  }
  const denied = find('ACCESS_DENIED');
  if (denied) {
    const required = denied.extensions?.['requiredAccess'];
    return new AccessDeniedError(
      message,
      { requiredAccess: typeof required === 'string' ? required : undefined, data },
      context,
    );
  }
  if (find('SHOP_INACTIVE')) return new ShopUnavailableError(message, context);
  const broke = find('INTERNAL_SERVER_ERROR') !== undefined || find('THROTTLED') !== undefined;
  return new GraphqlError(
    message,
    { errors, data, isRetryable: broke && !holdsData(data), mayHaveExecuted: broke },
    context,
  );
}

/** Whether any field of the answer was carried out: those that were not are null. */
function holdsData(data: Record<string, unknown> | undefined): boolean {
  return data !== undefined && Object.values(data).some((value) => value !== null);
}

/** Milliseconds until what is missing has come back at the restore rate, or the second that Shopify documents. */
function msUntilPoints(cost: CallCost | null, status: ThrottleStatus | undefined): number {
  const documentedMs = 1000;
  if (!cost || !status?.restoreRate) return documentedMs;
  const missing = cost.requested - status.currentlyAvailable;
  // Throttled although the points are there: something else is short, and its numbers are not told.
  return missing > 0 ? (missing / status.restoreRate) * 1000 : documentedMs;
}
