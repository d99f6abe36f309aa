import type { FieldNode } from 'graphql';
import { type GraphqlErrorEntry, MaxCostError, ValidationError } from '../errors/errors.ts';
import {
  type CallCost,
  type CallEnvironment,
  type Decoded,
  type EarlierSends,
  type EncodedRequest,
  type Protocol,
  run,
} from '../http/call.ts';
import { writeJson } from '../http/request-json.ts';
import {
  callLimits,
  type DefaultLimits,
  type OptionNames,
  type RequestOptions,
  refuseUnknown,
  requestHeaders,
} from '../http/request-options.ts';
import { isRecord } from '../internal/json.ts';
import { lateModule } from '../internal/late-module.ts';
import type { CostSample } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Idempotency } from '../resilience/retry.ts';
import { type CostBook, expectedCost, wholePoints } from './cost/estimate.ts';
import { argumentOf, type Variables } from './cost/selection.ts';
import type { DocumentParser, TypedDocument, UntypedDocument } from './document.ts';
import { type CallKeys, createCallKeys } from './idempotency.ts';
import { argumentMutations } from './keyed-mutations.ts';
import type { ParsedOperation } from './parse.ts';
import { decodeResponse, type GraphqlValue } from './response.ts';

/** Result of a call. */
export interface GraphqlResult<TData> {
  readonly data: TData;
  /** Points as counted by Shopify; `null` if the response did not say. */
  readonly cost: CallCost | null;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Shopify's `X-Request-Id`: quote it to Shopify's support. */
  readonly requestId: string | undefined;
  /** Number of requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for points and between attempts. */
  readonly waitedMs: number;
  readonly response: { readonly status: number; readonly headers: { get(name: string): string | null } };
}

/** Result of a call with `errors: 'return'`: partial data, and Shopify's errors. */
export interface PartialGraphqlResult<TData> extends Omit<GraphqlResult<TData>, 'data'> {
  /** `null` if an error left no data of a query. A failed field is null, if its type allows it. */
  readonly data: TData | null;
  /** Empty if there were no errors. */
  readonly errors: readonly GraphqlErrorEntry[];
}

/** Options of a call that returns errors in its result instead of throwing them. */
interface ErrorsReturned extends Omit<RequestOptions, 'errors'> {
  readonly errors: 'return';
}

const optionNames: OptionNames<RequestOptions> = {
  signal: true,
  priority: true,
  timeoutMs: true,
  deadlineMs: true,
  retry: true,
  idempotencyKey: true,
  headers: true,
  userErrors: true,
  errors: true,
  cost: true,
  operationName: true,
};

/** `[variables]`, optional if the operation has no required variable. */
export type VariablesArgument<TVariables> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: RequestOptions]
    : [variables: TVariables, options?: RequestOptions];

/** The GraphQL part of a client. */
export interface GraphqlClient {
  /**
   * Sends one operation and returns its data, or throws a typed error.
   *
   * Queries, mutations that take an idempotency key, and `productSet` with an identifier are retried after a lost
   * response. Any other mutation is not: it throws `OutcomeUnknownError`.
   *
   * @example
   * const { data } = await shop.graphql(`query { shop { name } }`);
   *
   * @example
   * // One field may fail without the others: the result contains the rest, and the errors.
   * const { data, errors } = await shop.graphql(document, variables, { errors: 'return' });
   *
   * @throws ValidationError before anything is sent, if the document is not valid GraphQL.
   * @throws ShopifyUserError, GraphqlError, AccessDeniedError, MaxCostError for what Shopify refuses.
   * @throws ThrottledError, HttpError, NetworkError, TimeoutError, InvalidResponseError after the last retry.
   * @throws AuthenticationError, ShopUnavailableError, CircuitOpenError, OutcomeUnknownError.
   */
  graphql<TData = unknown>(
    document: string | UntypedDocument,
    variables: object | undefined,
    options: ErrorsReturned,
  ): Promise<PartialGraphqlResult<TData>>;
  graphql<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    options: ErrorsReturned,
  ): Promise<PartialGraphqlResult<TData>>;
  graphql<TData = unknown>(
    document: string | UntypedDocument,
    variables?: object,
    options?: RequestOptions,
  ): Promise<GraphqlResult<TData>>;
  graphql<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    ...rest: VariablesArgument<TVariables>
  ): Promise<GraphqlResult<TData>>;
}

type CallOptions = RequestOptions | ErrorsReturned;

interface GraphqlClientSettings extends DefaultLimits {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
}

/**
 * Points that a single query may cost, on any plan: https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
const maxQueryCost = 1000;

const json = { 'content-type': 'application/json', accept: 'application/json' };

/** Creates the GraphQL client of one shop: parse, estimate, run, unwrap. */
export function createGraphqlClient(settings: GraphqlClientSettings): GraphqlClient {
  const { environment, documents, costs } = settings;
  // The directive has been in the schema since 2026-01: https://shopify.dev/docs/api/usage/idempotent-requests
  const keyVersion = settings.apiVersion >= '2026-01' ? settings.apiVersion : undefined;

  async function graphql(
    document: string | TypedDocument<unknown, never>,
    variables?: Readonly<Record<string, unknown>> | null,
    options: CallOptions = {},
  ): Promise<GraphqlResult<unknown> | PartialGraphqlResult<unknown>> {
    refuseUnknown(options, optionNames, settings);
    options.signal?.throwIfAborted();
    const limits = callLimits(options, settings);
    const given = variables ?? {};
    const variablesJson = writeJson('variables', variablesObject(given), false);
    const { operationName, idempotencyKey } = options;
    const reading = { operationName, keys: keyVersion };
    const operation = documents.known(document, reading) ?? (await documents.parse(document, reading));
    const { keySlots } = operation;
    const keys = keySlots.length > 0 ? createCallKeys(keySlots, JSON.parse(variablesJson), idempotencyKey) : undefined;
    const idempotency = options.retry?.idempotency ?? idempotencyOf(operation, keys?.variables() ?? given);
    if (idempotencyKey !== undefined && idempotency === 'unsafe') throw keyWithoutUse(operation.name);
    const estimate = operation.estimate(given);
    if (
      options.cost === undefined &&
      wholePoints(Math.min(estimate, costs.expect(operation.costKey, estimate))) > maxQueryCost
    ) {
      throw await tooCostly(operation, wholePoints(estimate), given, operationName);
    }

    const headers = options.headers ? { ...json, ...requestHeaders(options.headers) } : json;
    const prepared = { operation, estimate, variablesJson, headers, keys, idempotency, options };
    const call = {
      ...limits,
      operation: operation.name,
      kind: operation.kind,
      protocol: new GraphqlProtocol(settings, prepared),
      idempotency,
      ...(keys?.first !== undefined && { idempotencyKey: keys.first }),
    };
    const { value, ...result } = await run(call, environment);
    return { ...result, ...value };
  }

  return { graphql: graphql as GraphqlClient['graphql'] };
}

/** One GraphQL call, ready to be sent. */
interface PreparedOperation {
  readonly operation: ParsedOperation;
  /** Points for the variables of this call. */
  readonly estimate: number;
  readonly variablesJson: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly keys: CallKeys | undefined;
  readonly idempotency: Idempotency;
  readonly options: CallOptions;
}

/** One GraphQL call over HTTP. */
class GraphqlProtocol implements Protocol<GraphqlValue> {
  readonly #settings: GraphqlClientSettings;
  readonly #prepared: PreparedOperation;

  constructor(settings: GraphqlClientSettings, prepared: PreparedOperation) {
    this.#settings = settings;
    this.#prepared = prepared;
  }

  encode(): EncodedRequest {
    const { operation, variablesJson, headers, keys, options } = this.#prepared;
    const variables = keys ? JSON.stringify(keys.variables()) : variablesJson;
    return {
      method: 'POST',
      path: `/admin/api/${this.#settings.apiVersion}/graphql.json`,
      headers,
      body: requestBody(operation.source, variables, options.operationName),
    };
  }

  cost(): number {
    const { operation, estimate, options } = this.#prepared;
    // Costs learned from other calls must never refuse this one: Shopify itself refuses calls that are too expensive.
    const expected = (): number => this.#settings.costs.expect(operation.costKey, estimate, this.#shared());
    return wholePoints(options.cost ?? Math.min(maxQueryCost, expected()));
  }

  decode(response: TransportResponse, before: EarlierSends): Decoded<GraphqlValue> {
    const { operation, estimate, keys, idempotency, options } = this.#prepared;
    const { environment, costs } = this.#settings;
    const decoded = decodeResponse(response, {
      shop: environment.shop,
      operation,
      userErrors: options.userErrors ?? 'throw',
      errors: options.errors ?? 'throw',
      keys,
      idempotency,
      before,
      nowMs: environment.clock.now(),
    });
    if (decoded.cost) {
      const { costKey } = operation;
      const sample = { estimate, requested: decoded.cost.requested };
      costs.learn(costKey, sample);
      const isNews = wholePoints(sample.requested) > wholePoints(expectedCost(estimate, this.#shared()));
      if (isNews) environment.limiter.costs?.add(environment, costKey, sample);
    }
    return decoded;
  }

  /** Costs of the operation in other processes, if the limiter shares them. */
  #shared(): readonly CostSample[] {
    const { environment } = this.#settings;
    return environment.limiter.costs?.get(environment, this.#prepared.operation.costKey) ?? [];
  }
}

/** Loaded only when a call is refused. */
const loadExplanation = lateModule(() => import('./cost/explain.ts'));

async function tooCostly(
  operation: ParsedOperation,
  cost: number,
  variables: Readonly<Record<string, unknown>>,
  operationName: string | undefined,
): Promise<MaxCostError> {
  const { explainParsed } = await loadExplanation();
  const [costliest] = explainParsed(operation.document, variables, operationName).fields;
  return new MaxCostError(
    `${operation.name} would cost about ${cost} points, but a single query may cost ${maxQueryCost}. ` +
      `${costliest ? `The most expensive field is ${costliest.path} with ${costliest.points}. ` : ''}` +
      'Request smaller pages or fewer nested fields, or set the option cost if you know better.',
    { cost, maxCost: maxQueryCost, operation: operation.name },
  );
}

function keyWithoutUse(operation: string): ValidationError {
  const message = `has no effect: Shopify takes no key for ${operation}. Omit it, or set retry.idempotency to what a second send does.`;
  return new ValidationError(`The call of ${operation} is invalid`, { issues: [{ field: 'idempotencyKey', message }] });
}

function variablesObject(variables: object): object {
  if (typeof variables === 'object' && !Array.isArray(variables)) return variables;
  const message = 'must be an object of values by name.';
  throw new ValidationError('The call is invalid', { issues: [{ field: 'variables', message }] });
}

/** The body of a GraphQL request. `variables` are JSON already. */
function requestBody(query: string, variables: string, operationName: string | undefined): string {
  const given = variables === '{}' ? '' : `,"variables":${variables}`;
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)}${given}${name}}`;
}

const hasNoMedia = (field: FieldNode, variables: Variables): boolean =>
  argumentOf(field.arguments, 'media', variables) == null;

/** Mutations that set a complete state, so that a second send changes nothing. */
const statesWholeState: Readonly<Record<string, (field: FieldNode, variables: Variables) => boolean>> = {
  // Without an identifier, productSet creates a product each time.
  productSet: (field, variables) => {
    const identifier = argumentOf(field.arguments, 'identifier', variables);
    return isRecord(identifier) && Object.values(identifier).some((value) => value !== undefined && value !== null);
  },
  // With a compare digest, a second send would find the value of the first and be refused.
  metafieldsSet: (field, variables) =>
    !JSON.stringify(argumentOf(field.arguments, 'metafields', variables) ?? null).includes('"compareDigest"'),
  // Each send would upload the media again.
  productUpdate: hasNoMedia,
  productVariantsBulkUpdate: hasNoMedia,
  tagsAdd: () => true,
  tagsRemove: () => true,
  metafieldsDelete: () => true,
  fileUpdate: () => true,
  publishablePublish: () => true,
  publishableUnpublish: () => true,
};

/** Returns what a second send of the operation would do. */
export function idempotencyOf(operation: ParsedOperation, given: Readonly<Record<string, unknown>>): Idempotency {
  if (operation.kind === 'query') return 'idempotent';
  const variables = { given, defaults: operation.defaults };
  let idempotency: Idempotency = 'idempotent';
  for (const { name, node } of operation.rootFields) {
    if (name === '__typename' || statesWholeState[name]?.(node, variables)) continue;
    if (!hasKey(name, node, variables)) return 'unsafe';
    idempotency = 'keyed';
  }
  return idempotency;
}

function hasKey(name: string, node: FieldNode, variables: Variables): boolean {
  const directive = node.directives?.find((candidate) => candidate.name.value === 'idempotent');
  if (directive) return isKey(argumentOf(directive.arguments, 'key', variables));
  const path = argumentMutations[name];
  if (path === undefined) return false;
  const [argument = '', ...inside] = path.split('.');
  return isKey(
    inside.reduce<unknown>(
      (input, field) => (isRecord(input) ? input[field] : undefined),
      argumentOf(node.arguments, argument, variables),
    ),
  );
}

/** Whether a value is a non-blank key. */
function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
