import { InvalidResponseError } from '../../errors/answer.ts';
import type { ShopwrightError } from '../../errors/base.ts';
import { ShopifyUserError, type UserErrorEntry } from '../../errors/graphql.ts';
import { errorOfStatus } from '../../http/status.ts';
import { parseExactJson } from '../../internal/exact-json.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { ThrottleStatus } from '../../ports/rate-limiter.ts';
import type { TransportResponse } from '../../ports/transport.ts';
import type { Interpretation } from '../../request/types.ts';

interface RestAnswerOptions {
  readonly shop: string;
  readonly operation: string;
  /** Requests per second that come back. Default: by the size of the bucket. */
  readonly requestsPerSecond: number | undefined;
  readonly nowMs: number;
}

/** Reads one REST answer into its body or one typed error. */
export function readRestAnswer(response: TransportResponse, options: RestAnswerOptions): Interpretation<unknown> {
  const { shop, operation } = options;
  const { status } = response;
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const context = { shop, operation, status, ...(requestId !== undefined && { requestId }) };
  const throttleStatus = readCallLimit(
    response.headers.get('x-shopify-shop-api-call-limit'),
    options.requestsPerSecond,
  );
  const answer = {
    ...(throttleStatus && { throttleStatus }),
    ...(status === 429 ? { throttled: true } : { actualCost: 1 }),
  };
  const fail = (error: ShopwrightError): Interpretation<unknown> => ({ ok: false, error, answer, cost: null });

  if (status === 422) return fail(refusedInput(response.body, operation, context));
  if (status < 200 || status > 299) return fail(errorOfStatus(response, context, options.nowMs));
  if (response.body.trim() === '') return { ok: true, value: null, answer, cost: null };
  try {
    return { ok: true, value: parseExactJson(response.body), answer, cost: null };
  } catch {
    return fail(new InvalidResponseError(`${shop} answered ${operation} with a body that is no JSON.`, context));
  }
}

/**
 * The bucket of REST calls, such as `32/40`. How fast it empties goes by the plan, which its size tells
 * only in part: 400 is Plus (20 a second), 40 is any other (2, or 4 for Advanced; the lower is taken).
 * https://shopify.dev/docs/api/admin-rest/usage/rate-limits
 */
function readCallLimit(header: string | null, requestsPerSecond: number | undefined): ThrottleStatus | undefined {
  const [, used, size] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(header ?? '') ?? [];
  if (used === undefined || size === undefined) return undefined;
  const maximumAvailable = Number(size);
  return {
    maximumAvailable,
    currentlyAvailable: Math.max(0, maximumAvailable - Number(used)),
    restoreRate: requestsPerSecond ?? (maximumAvailable >= 400 ? 20 : 2),
  };
}

/** `{"errors": {"title": ["can't be blank"]}}`, or a text. */
function refusedInput(
  body: string,
  operation: string,
  context: { readonly shop: string; readonly status: number },
): ShopifyUserError {
  const parsed = parseJson(body);
  const errors = isRecord(parsed) ? parsed['errors'] : undefined;
  const userErrors: UserErrorEntry[] = isRecord(errors)
    ? Object.entries(errors).flatMap(([field, messages]) =>
        (Array.isArray(messages) ? messages : [messages]).map((message) => ({
          field: [field],
          message: String(message),
        })),
      )
    : [{ message: typeof errors === 'string' ? errors : 'Unprocessable Entity' }];
  const said = userErrors.map(({ field, message }) => `${field?.join('.') ?? 'input'}: ${message}`).join('; ');
  return new ShopifyUserError(`${operation} was refused: ${said}`, { userErrors }, context);
}
