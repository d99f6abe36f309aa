import { AccessDeniedError, InvalidResponseError, ShopUnavailableError, ThrottledError } from '../errors/answer.ts';
import type { ShopwrightError } from '../errors/base.ts';
import {
  GraphqlError,
  type GraphqlErrorEntry,
  MaxCostError,
  ShopifyUserError,
  type UserErrorEntry,
} from '../errors/graphql.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { ThrottleStatus } from '../limiter/types.ts';
import { errorOfStatus } from '../request/http-status.ts';
import type { CallCost, Interpretation } from '../request/types.ts';
import type { TransportResponse } from '../transport/types.ts';
import type { ParsedOperation } from './document.ts';

/** What a good GraphQL answer holds. */
export interface GraphqlValue {
  readonly data: Record<string, unknown>;
  readonly extensions: Record<string, unknown>;
}

export interface AnswerOptions {
  readonly shop: string;
  readonly operation: ParsedOperation;
  readonly userErrors: 'throw' | 'return';
  readonly nowMs: number;
}

/** Reads one answer into data or one typed error, with Shopify's numbers about its cost. */
export function readGraphqlAnswer(response: TransportResponse, options: AnswerOptions): Interpretation<GraphqlValue> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const context = {
    shop: options.shop,
    operation: options.operation.name,
    status: response.status,
    ...(requestId && { requestId }),
  };
  const fail = (error: ShopwrightError): Interpretation<GraphqlValue> => ({ ok: false, error, answer: {}, cost: null });

  if (response.status < 200 || response.status > 299) {
    const error = errorOfStatus(response, context, options.nowMs);
    return { ...fail(error), answer: { throttled: error.code === 'THROTTLED' } };
  }

  const body = parseJson(response.body);
  if (!isRecord(body)) {
    return fail(new InvalidResponseError(`${options.shop} answered with ${nameOf(response)}, not with JSON.`, context));
  }
  const extensions = isRecord(body['extensions']) ? body['extensions'] : {};
  const { cost, status } = readCost(extensions);
  const data = isRecord(body['data']) ? body['data'] : undefined;
  const errors = readErrors(body['errors']);
  const answer = {
    ...(cost?.actual != null && { actualCost: cost.actual }),
    ...(status && { throttleStatus: status }),
    ...(errors.some(hasCode('THROTTLED')) && { throttled: true }),
  };

  if (errors.length > 0) {
    return { ok: false, error: errorOf(errors, data, cost, status, context), answer, cost };
  }
  if (!data) {
    return {
      ...fail(new InvalidResponseError(`${options.shop} answered with neither data nor errors.`, context)),
      answer,
      cost,
    };
  }
  const userErrors = options.userErrors === 'throw' ? collectUserErrors(options.operation, data) : [];
  if (userErrors.length > 0) {
    const message = userErrors.map((entry) => `${entry.field?.join('.') ?? 'input'}: ${entry.message}`).join('; ');
    return {
      ok: false,
      error: new ShopifyUserError(`${options.operation.name} was refused: ${message}`, { userErrors, data }, context),
      answer,
      cost,
    };
  }
  return { ok: true, value: { data, extensions }, answer, cost };
}

function nameOf(response: TransportResponse): string {
  const { body } = response;
  if (body.trim() === '') return 'an empty body';
  if (/^\s*</.test(body)) return 'an HTML page';
  return 'a body that is cut off or malformed';
}

const hasCode =
  (code: string) =>
  (entry: GraphqlErrorEntry): boolean =>
    entry.extensions?.['code'] === code;

/** Shopify's `errors` can be a list, an object of texts, or a text. */
function readErrors(errors: unknown): readonly GraphqlErrorEntry[] {
  if (errors === undefined || errors === null) return [];
  if (!Array.isArray(errors)) {
    return [{ message: typeof errors === 'string' ? errors : JSON.stringify(errors) }];
  }
  return errors.map((entry: unknown): GraphqlErrorEntry => {
    if (!isRecord(entry)) return { message: String(entry) };
    return {
      message: typeof entry['message'] === 'string' ? entry['message'] : 'no message',
      ...(Array.isArray(entry['path']) && { path: entry['path'] }),
      ...(isRecord(entry['extensions']) && { extensions: entry['extensions'] }),
    };
  });
}

function readCost(extensions: Record<string, unknown>): { cost: CallCost | null; status: ThrottleStatus | undefined } {
  const cost = extensions['cost'];
  if (!isRecord(cost)) return { cost: null, status: undefined };
  const requested = cost['requestedQueryCost'];
  const actual = cost['actualQueryCost'];
  const told = isRecord(cost['throttleStatus']) ? cost['throttleStatus'] : {};
  const { maximumAvailable, currentlyAvailable, restoreRate } = told;
  return {
    cost: typeof requested === 'number' ? { requested, actual: typeof actual === 'number' ? actual : null } : null,
    status:
      typeof maximumAvailable === 'number' && typeof currentlyAvailable === 'number' && typeof restoreRate === 'number'
        ? { maximumAvailable, currentlyAvailable, restoreRate }
        : undefined,
  };
}

function errorOf(
  errors: readonly GraphqlErrorEntry[],
  data: Record<string, unknown> | undefined,
  cost: CallCost | null,
  status: ThrottleStatus | undefined,
  context: { readonly shop: string; readonly operation: string; readonly status: number; readonly requestId?: string },
): ShopwrightError {
  const message = `${context.operation}: ${errors.map((entry) => entry.message).join('; ')}`;
  const find = (code: string): GraphqlErrorEntry | undefined => errors.find(hasCode(code));

  if (find('THROTTLED')) {
    // What is missing comes back at the restore rate. Shopify documents one second where it gives no numbers.
    const missing = cost && status ? cost.requested - status.currentlyAvailable : undefined;
    const retryAfterMs =
      missing === undefined || !status?.restoreRate ? 1000 : Math.max(0, (missing / status.restoreRate) * 1000);
    return new ThrottledError(message, { ...context, retryAfterMs });
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
  return new GraphqlError(
    message,
    { errors, data, isRetryable: find('INTERNAL_SERVER_ERROR') !== undefined && !data },
    context,
  );
}

function collectUserErrors(operation: ParsedOperation, data: Record<string, unknown>): readonly UserErrorEntry[] {
  if (operation.kind !== 'mutation') return [];
  return operation.rootFields.flatMap((root) => {
    const payload = data[root.responseKey];
    if (!isRecord(payload)) return [];
    return root.userErrorKeys.flatMap((key) => {
      const entries = payload[key];
      return Array.isArray(entries) ? (entries as UserErrorEntry[]) : [];
    });
  });
}
