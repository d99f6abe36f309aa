import { errorOfEntries, hasCode, readErrors } from '../admin/answer-errors.ts';
import type { CallKeys } from '../admin/idempotency/keys.ts';
import { idempotencyRefusal } from '../admin/idempotency/refusals.ts';
import { userErrorEntries, userErrorText } from '../admin/user-errors.ts';
import { InvalidResponseError } from '../errors/answer.ts';
import type { ShopwrightError } from '../errors/base.ts';
import { ShopifyUserError, type UserErrorEntry } from '../errors/graphql.ts';
import { errorOfStatus } from '../http/status.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { CallCost, Interpretation } from '../request/types.ts';
import type { ParsedOperation } from './document.ts';

/** What a good GraphQL answer holds. */
export interface GraphqlValue {
  readonly data: Record<string, unknown>;
  readonly extensions: Record<string, unknown>;
}

interface AnswerOptions {
  readonly shop: string;
  readonly operation: ParsedOperation;
  readonly userErrors: 'throw' | 'return';
  readonly keys: CallKeys;
  /** Whether the operation can be sent again after this answer. */
  readonly repeatable: boolean;
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
    ...(errors.some(hasCode('THROTTLED')) && cost?.actual == null && { throttled: true }),
  };

  if (errors.length > 0) {
    return { ok: false, error: errorOfEntries(errors, { data, cost, status }, context), answer, cost };
  }
  if (!data) {
    return {
      ...fail(new InvalidResponseError(`${options.shop} answered with neither data nor errors.`, context)),
      answer,
      cost,
    };
  }
  const keyRefused = idempotencyRefusal(options.operation, data, options.keys, context, options.repeatable);
  if (keyRefused) return { ok: false, error: keyRefused, answer, cost };
  const userErrors = options.userErrors === 'throw' ? collectUserErrors(options.operation, data) : [];
  if (userErrors.length > 0) {
    const message = userErrors.map(userErrorText).join('; ');
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

function collectUserErrors(operation: ParsedOperation, data: Record<string, unknown>): readonly UserErrorEntry[] {
  if (operation.kind !== 'mutation') return [];
  return operation.rootFields.flatMap((root) =>
    root.userErrorKeys.flatMap((key) => userErrorEntries(data[root.responseKey], key)),
  );
}
