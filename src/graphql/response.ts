import {
  AccessDeniedError,
  GraphqlError,
  type GraphqlErrorEntry,
  InvalidResponseError,
  MaxCostError,
  type ResponseErrorDetails,
  ShopifyUserError,
  ShopUnavailableError,
  type ShopwrightError,
  ThrottledError,
  type UserErrorEntry,
} from '../errors/errors.ts';
import type { CallCost, Decoded, EarlierSends } from '../http/call.ts';
import { errorOfStatus } from '../http/status.ts';
import { isRecord, parseExactJson, stringifyExactJson } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Idempotency } from '../resilience/retry.ts';
import type { CallKeys } from './idempotency.ts';
import type { ParsedOperation } from './parse.ts';

/** The content of a good GraphQL response. */
export interface GraphqlValue {
  /** `null` if errors are returned and no data is left. */
  readonly data: Record<string, unknown> | null;
  /** Set if errors are returned. */
  readonly errors?: readonly GraphqlErrorEntry[];
  readonly extensions: Record<string, unknown>;
}

interface DecodeOptions {
  readonly shop: string;
  readonly operation: Pick<ParsedOperation, 'name' | 'kind' | 'rootFields'>;
  readonly userErrors: 'throw' | 'return';
  readonly errors: 'throw' | 'return';
  readonly keys: CallKeys | undefined;
  readonly idempotency: Idempotency;
  readonly before: EarlierSends;
  readonly nowMs: number;
}

/** Reads one response into data or a typed error, with Shopify's numbers about its cost. */
export function decodeResponse(response: TransportResponse, options: DecodeOptions): Decoded<GraphqlValue> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const context = {
    shop: options.shop,
    operation: options.operation.name,
    status: response.status,
    ...(requestId && { requestId }),
  };
  const fail = (error: ShopwrightError): Decoded<GraphqlValue> => ({ ok: false, error, feedback: {}, cost: null });

  const isGoodStatus = response.status >= 200 && response.status <= 299;
  const read = bodyOf(response);
  if (!isRecord(read) && isGoodStatus) {
    return fail(
      new InvalidResponseError(`${options.shop} responded with ${nameOf(response)}, not with JSON.`, context),
    );
  }
  const body = isRecord(read) ? read : {};
  const extensions = isRecord(body['extensions']) ? body['extensions'] : {};
  const { cost, charged, status } = readCost(extensions);
  const data = isRecord(body['data']) ? body['data'] : undefined;
  const known = { ...(cost?.actual != null && { actualCost: cost.actual }), ...(status && { throttleStatus: status }) };
  if (!isGoodStatus) {
    // Whatever the status, a call that returned a payload or was charged for was executed.
    const isDone = options.operation.kind === 'mutation' && (holdsData(data) || charged !== null);
    const error = errorOfStatus(
      response,
      { ...context, data, ...(isDone && { mayHaveExecuted: true }) },
      options.nowMs,
    );
    const throttled = error.code === 'THROTTLED' && charged === null;
    return { ok: false, error, feedback: { ...known, throttled }, cost };
  }
  const errors = readErrors(body['errors']);
  const feedback = {
    ...known,
    ...(errors.some(hasCode('THROTTLED')) && charged === null && { throttled: true }),
  };

  if (errors.length > 0) {
    const isBeforeExecution = !('data' in body);
    const response = { kind: options.operation.kind, data, cost, charged, status, isBeforeExecution };
    const error = errorOfEntries(errors, response, context);
    if (options.errors === 'throw' || isBeforeExecution || !isPartial(error, response)) {
      return { ok: false, error, feedback, cost };
    }
    if (!data) return { ok: true, value: { data: null, errors, extensions }, feedback, cost };
  }
  if (!data) {
    return {
      ...fail(new InvalidResponseError(`${options.shop} responded with neither data nor errors.`, context)),
      feedback,
      cost,
    };
  }
  const keyRefused = idempotencyRefusal(data, options, context);
  if (keyRefused) return { ok: false, error: keyRefused, feedback, cost };
  const userErrors = options.userErrors === 'throw' ? collectUserErrors(data, options) : [];
  if (userErrors.length > 0) {
    const message = userErrors.map(userErrorText).join('; ');
    return {
      ok: false,
      error: new ShopifyUserError(`${options.operation.name} was refused: ${message}`, {
        userErrors,
        data,
        ...context,
        ...(isDoneInPart(data, options) && { mayHaveExecuted: true }),
      }),
      feedback,
      cost,
    };
  }
  return { ok: true, value: { data, extensions, ...(options.errors === 'return' && { errors }) }, feedback, cost };
}

/**
 * Whether a response with errors can be returned as a result that shows what happened to each field. Errors that may
 * pass are retried; a mutation that may have been carried out without a trace has an unknown outcome.
 */
function isPartial(error: ShopwrightError, { kind, data }: RefusedResponse): boolean {
  if (holdsData(data)) return true;
  return !error.isRetryable && (kind === 'query' || !error.mayHaveExecuted);
}

/**
 * Parses the body as JSON, with whole numbers beyond 2^53 as `bigint`: a `jsonValue` contains whatever an app stored.
 */
function bodyOf({ body }: TransportResponse): unknown {
  try {
    return parseExactJson(body);
  } catch {
    // The body is not JSON; the caller's error describes it.
    return undefined;
  }
}

function nameOf(response: TransportResponse): string {
  const { body } = response;
  if (body.trim() === '') return 'an empty body';
  if (/^\s*</.test(body)) return 'an HTML page';
  return 'a body that is truncated or malformed';
}

interface ReadCost {
  readonly cost: CallCost | null;
  /** Points that Shopify charged, even if it does not say how many it requested. */
  readonly charged: number | null;
  readonly status: ThrottleStatus | undefined;
}

function readCost(extensions: Record<string, unknown>): ReadCost {
  const cost = extensions['cost'];
  if (!isRecord(cost)) return { cost: null, charged: null, status: undefined };
  const requested = cost['requestedQueryCost'];
  const actual = cost['actualQueryCost'];
  const status = isRecord(cost['throttleStatus']) ? cost['throttleStatus'] : {};
  const { maximumAvailable, currentlyAvailable, restoreRate } = status;
  // Accepts any numeric value, such as "10": treated as missing, it would cause a second send.
  const points = Number(actual ?? Number.NaN);
  const charged = Number.isNaN(points) ? null : points;
  return {
    cost: typeof requested === 'number' ? { requested, actual: charged } : null,
    charged,
    status:
      typeof maximumAvailable === 'number' && typeof currentlyAvailable === 'number' && typeof restoreRate === 'number'
        ? { maximumAvailable, currentlyAvailable, restoreRate }
        : undefined,
  };
}

function collectUserErrors(
  data: Record<string, unknown>,
  { operation, idempotency, before }: DecodeOptions,
): readonly UserErrorEntry[] {
  if (operation.kind !== 'mutation') return [];
  const isRepeated = before.unresolved && idempotency === 'idempotent';
  return operation.rootFields.flatMap((root) => {
    const entries = root.userErrorKeys.flatMap((key) => userErrorEntries(data[root.responseKey], key));
    // An earlier send has deleted it: the repeated deletion has succeeded.
    return isRepeated && /Delete/.test(root.name) ? entries.filter((entry) => !saysGone(entry)) : entries;
  });
}

/** Whether a mutation was carried out despite user errors: another one of the document, or part of this one. */
const isDoneInPart = (data: Record<string, unknown>, { operation }: DecodeOptions): boolean =>
  operation.rootFields.some(({ name, responseKey, userErrorKeys }) => {
    const payload = data[responseKey];
    if (!isRecord(payload)) return false;
    const isRefused = userErrorKeys.some((key) => userErrorEntries(payload, key).length > 0);
    return !isRefused || Object.entries(payload).some(([key, value]) => provesExecution(name, key, value));
  });

/**
 * Whether a field of a payload with user errors proves that something was done. A refused mutation returns neither what
 * it would have created or deleted, nor the variants of a bulk update that allows partial updates. Existing objects
 * prove nothing: `productSet` and `productUpdate` return the product beside their user errors too.
 */
function provesExecution(mutation: string, key: string, value: unknown): boolean {
  const isThere = Array.isArray(value) ? value.some((entry) => entry !== null) : isRecord(value);
  if (/userErrors$/i.test(key)) return false;
  if (key.startsWith('deleted')) return isThere || typeof value === 'string';
  if (/Create(V\d+)?$/.test(mutation)) return isThere && (mutation.startsWith(`${key}Create`) || !parents.has(key));
  return isThere && key === 'productVariants' && mutation.endsWith('BulkUpdate');
}

/** Payload fields with the parent of a created object: the parent existed before. */
const parents: ReadonlySet<string> = new Set(['product', 'market', 'payout']);

/** Whether a user error says that the object does not exist, by its code or message. */
function saysGone({ code, message }: UserErrorEntry): boolean {
  if (code && /NOT_FOUND$|NOT_EXIST$/.test(code)) return true;
  return /does(n't| not) exist|not found|(couldn't|could not) be found|no longer exists/i.test(message);
}

/** Returns a test of an entry for a code. */
const hasCode =
  (code: string) =>
  (entry: GraphqlErrorEntry): boolean =>
    entry.extensions?.['code'] === code;

/** Reads the entries of `errors`, which Shopify sends as a list, an object of texts, or a text. */
export function readErrors(errors: unknown): readonly GraphqlErrorEntry[] {
  if (saysNothing(errors)) return [];
  if (!Array.isArray(errors)) {
    return [{ message: redactText(typeof errors === 'string' ? errors : stringifyExactJson(errors)) }];
  }
  return errors.map((entry: unknown): GraphqlErrorEntry => {
    if (!isRecord(entry)) return { message: redactText(String(entry)) };
    return {
      message: typeof entry['message'] === 'string' ? redactText(entry['message']) : 'no message',
      ...(Array.isArray(entry['path']) && { path: entry['path'] }),
      ...(Array.isArray(entry['locations']) && { locations: entry['locations'] }),
      ...(isRecord(entry['extensions']) && { extensions: entry['extensions'] }),
    };
  });
}

/** Some proxies add an empty `errors`, such as `{}` or `""`, to good data: it reports no error. */
const saysNothing = (errors: unknown): boolean => !errors || (isRecord(errors) && Object.keys(errors).length === 0);

interface RefusedResponse extends ReadCost {
  readonly kind: ParsedOperation['kind'];
  readonly data: Record<string, unknown> | undefined;
  /** The response has no `data` field, not even null: by GraphQL's rules, it failed before execution. */
  readonly isBeforeExecution: boolean;
}

/** Creates one typed error for a response's `errors`, by the most specific of their codes. */
function errorOfEntries(
  errors: readonly GraphqlErrorEntry[],
  { kind, data, cost, charged, status, isBeforeExecution }: RefusedResponse,
  context: ResponseErrorDetails & { readonly operation: string },
): ShopwrightError {
  const message = `${context.operation}: ${errors.map((entry) => entry.message).join('; ')}`;
  const find = (code: string): GraphqlErrorEntry | undefined => errors.find(hasCode(code));
  const broke = find('INTERNAL_SERVER_ERROR') !== undefined || find('THROTTLED') !== undefined;
  // Shopify does not charge for calls that it has not executed.
  const isProof = (entry: GraphqlErrorEntry): boolean =>
    hasCode('THROTTLED')(entry) ? charged === null : provesNonExecution(entry, isBeforeExecution);
  const mayHaveExecuted = kind === 'query' ? broke : holdsData(data) || !errors.every(isProof);

  // If there is data, something was executed nonetheless.
  if (find('THROTTLED') && !holdsData(data)) {
    const retryAfterMs = msUntilPoints(cost, status);
    return new ThrottledError(message, {
      ...context,
      mayHaveExecuted: kind === 'mutation' && mayHaveExecuted,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  const tooCostly = find('MAX_COST_EXCEEDED');
  if (tooCostly && !holdsData(data)) {
    const number = (key: string): number | undefined => {
      const value = tooCostly.extensions?.[key];
      return typeof value === 'number' ? value : undefined;
    };
    return new MaxCostError(`${message.replace(/\.$/, '')}. Request smaller pages or fewer nested fields.`, {
      cost: number('cost'),
      maxCost: number('maxCost'),
      ...context,
      mayHaveExecuted,
    });
  }
  const denied = find('ACCESS_DENIED');
  if (denied) {
    const required = denied.extensions?.['requiredAccess'];
    return new AccessDeniedError(message, {
      requiredAccess: typeof required === 'string' ? required : undefined,
      data,
      ...context,
      mayHaveExecuted,
    });
  }
  if (find('SHOP_INACTIVE')) return new ShopUnavailableError(message, { data, ...context, mayHaveExecuted });
  return new GraphqlError(message, {
    errors,
    data,
    isRetryable: broke && !holdsData(data),
    ...context,
    mayHaveExecuted,
  });
}

/**
 * Whether an error proves that its field, or the whole document, was not executed. Only known codes do: Shopify also
 * sends errors without a code, such as "Timeout", for mutations that it has carried out. An error without a code
 * concerns the document if it points into its text, names no field of a result, and came instead of an execution.
 */
export function provesNonExecution(entry: GraphqlErrorEntry, isBeforeExecution: boolean): boolean {
  const code = entry.extensions?.['code'];
  if (typeof code === 'string') return codesOfRefusal.has(code);
  return code === undefined && isBeforeExecution && entry.locations !== undefined && entry.path === undefined;
}

/** https://shopify.dev/docs/api/usage/response-codes, and the codes of graphql-ruby's static validation, which Shopify runs. */
const codesOfRefusal: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'MAX_COST_EXCEEDED',
  'SHOP_INACTIVE',
  // Variables
  'INVALID_VARIABLE',
  'variableMismatch',
  'variableNotDefined',
  'variableNotUsed',
  'variableNotUnique',
  'variableRequiresValidType',
  'defaultValueInvalidOnNonNullVariable',
  'defaultValueInvalidType',
  // Arguments
  'argumentLiteralsIncompatible',
  'argumentNotAccepted',
  'argumentNotUnique',
  'inputFieldNotUnique',
  'invalidOneOfInputObject',
  'missingRequiredArguments',
  'missingRequiredInputObjectAttribute',
  // Fields, types and fragments
  'cannotSpreadFragment',
  'fieldConflict',
  'fragmentNotUnique',
  'fragmentOnNonCompositeType',
  'infiniteLoop',
  'selectionMismatch',
  'undefinedField',
  'undefinedFragment',
  'undefinedType',
  'useAndDefineFragment',
  // Directives
  'directiveCannotBeApplied',
  'directiveNotUniqueForLocation',
  'undefinedDirective',
  // Operations
  'missingMutationConfiguration',
  'missingQueryConfiguration',
  'uniquelyNamedOperations',
  // Servers on graphql-js, such as proxies and mocks
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
]);

/** Whether any field of the response was carried out: the value of the others is null. */
function holdsData(data: Record<string, unknown> | undefined): boolean {
  return data !== undefined && Object.values(data).some((value) => value !== null);
}

/** Milliseconds until the missing points are restored; `undefined` if the response does not say. */
function msUntilPoints(cost: CallCost | null, status: ThrottleStatus | undefined): number | undefined {
  if (!cost || !status?.restoreRate) return undefined;
  const missing = cost.requested - status.currentlyAvailable;
  // Throttled despite enough points: another limit was hit, whose numbers are not given.
  return missing > 0 ? (missing / status.restoreRate) * 1000 : undefined;
}

/** Reads the user errors under a key of a mutation's payload. A document may select any part of them. */
export function userErrorEntries(payload: unknown, key: string): readonly UserErrorEntry[] {
  const entries = isRecord(payload) ? payload[key] : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown): UserErrorEntry => {
    const { message, field, code, ...rest } = isRecord(entry) ? entry : {};
    return {
      ...rest,
      message: typeof message === 'string' ? redactText(message) : 'no message was selected',
      ...(Array.isArray(field) && { field: field.map(String) }),
      ...(field === null && { field }),
      ...((typeof code === 'string' || code === null) && { code }),
    };
  });
}

/** The text of one user error for a message: its field, or `input`, and what is wrong with it. */
export function userErrorText({ field, message, code }: UserErrorEntry): string {
  const what = code ? `${message} (${code})` : message;
  return `${field?.join('.') || 'input'}: ${what}`;
}

/** Milliseconds after which the first send with the same key should be finished. */
const concurrentWaitMs = 1000;

/**
 * Reads an error about an idempotency key, from `userErrors.code`:
 *
 * - `IDEMPOTENCY_CONCURRENT_REQUEST`: an earlier send is still running. Retried after a wait, with the same key.
 * - `IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED`: that key is used up. Retried with a new key.
 * - `IDEMPOTENCY_RECORD_NOT_FOUND`: also retried with a new key, unless an earlier send of this call is unresolved: it
 *   may have been carried out, and a new key would do it twice.
 * - `IDEMPOTENCY_KEY_PARAMETER_MISMATCH`: the key was used with other input. The caller's mistake, never retried.
 *
 * https://shopify.dev/docs/api/usage/implementing-idempotency
 *
 * @returns An error for the retry decision, or `undefined` without such a code.
 */
function idempotencyRefusal(
  data: Readonly<Record<string, unknown>>,
  { operation, keys, idempotency, before }: DecodeOptions,
  context: ResponseErrorDetails,
): ShopifyUserError | undefined {
  // Another mutation of the document may not be safe to send again.
  const repeatable = idempotency !== 'unsafe';
  for (const root of operation.rootFields) {
    const entry = root.userErrorKeys.flatMap((key) => userErrorEntries(data[root.responseKey], key)).find(hasKeyCode);
    if (!entry) continue;
    const message = `${operation.name}: ${entry.message}`;
    const details = { userErrors: [entry], data };
    switch (entry.code) {
      case 'IDEMPOTENCY_CONCURRENT_REQUEST':
        return new ShopifyUserError(message, {
          ...details,
          isRetryable: true,
          mayHaveExecuted: true,
          ...context,
          retryAfterMs: concurrentWaitMs,
        });
      case 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH':
        return new ShopifyUserError(`${message} Use a separate key for each different input.`, {
          ...details,
          ...context,
        });
      case 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED':
      case 'IDEMPOTENCY_RECORD_NOT_FOUND':
        if (entry.code === 'IDEMPOTENCY_RECORD_NOT_FOUND' && before.unresolved) {
          return new ShopifyUserError(message, { ...details, mayHaveExecuted: true, ...context });
        }
        // A key of the caller is used up: only the caller can choose another.
        return new ShopifyUserError(message, {
          ...details,
          isRetryable: repeatable && keys?.renew(root.responseKey) === true,
          ...context,
        });
      default:
    }
  }
  return undefined;
}

function hasKeyCode(entry: UserErrorEntry): boolean {
  return typeof entry.code === 'string' && entry.code.startsWith('IDEMPOTENCY_');
}
