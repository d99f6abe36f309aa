import type { Priority } from '../ports/rate-limiter.ts';
import type { CallCost } from '../request/types.ts';
import type { RetryPolicy, Safety } from '../resilience/types.ts';

/**
 * An operation that knows the types of its variables and its result, as GraphQL code generators make
 * it: a `TypedDocumentString` or a `TypedDocumentNode`.
 */
export interface TypedDocument<TResult, TVariables> {
  readonly __apiType?: (variables: TVariables) => TResult;
}

/** A parsed document that does not know its types. */
interface UntypedDocument {
  readonly kind: 'Document';
  readonly __apiType?: never;
}

/** Options of one call; each wins over the client's. */
export interface RequestOptions {
  /** Ends any wait and any request at once; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default `interactive`. */
  readonly priority?: Priority;
  /** Milliseconds for one attempt, from its send to the last byte of the answer. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for everything, with the waits for points and all attempts. None by default. */
  readonly deadlineMs?: number;
  /** How often to try again, and whether the operation can be sent twice without harm (`safety`). */
  readonly retry?: Partial<RetryPolicy> & { readonly safety?: Safety };
  /**
   * The key under which Shopify recognises a second send of a mutation, for 24 hours; best a UUID. Give it
   * where a job can run twice, and the same one each time. Default: a new one for each call of a mutation
   * that takes one. Shopify takes keys for stock, transfers, shipments, locations, refunds and billing only.
   */
  readonly idempotencyKey?: string;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `throw` (default) makes a `ShopifyUserError` of a mutation's user errors; `return` leaves them in the data. */
  readonly userErrors?: 'throw' | 'return';
  /** Points to reserve, in place of the estimate. */
  readonly cost?: number;
  /** Which operation of a document with several. */
  readonly operationName?: string;
}

/** What a call brought, and how it went. */
export interface GraphqlResult<TData> {
  readonly data: TData;
  /** Points as Shopify counted them; `null` where the answer did not say. */
  readonly cost: CallCost | null;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Shopify's `X-Request-Id`: quote it to Shopify's support. */
  readonly requestId: string | undefined;
  /** Requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for points and between attempts. */
  readonly waitedMs: number;
  readonly response: { readonly status: number; readonly headers: { get(name: string): string | null } };
}

/** `[variables]`, or nothing where the operation has no variable that must be given. */
export type VariablesArgument<TVariables> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: RequestOptions]
    : [variables: TVariables, options?: RequestOptions];

/** The GraphQL half of a client. */
export interface GraphqlClient {
  /**
   * Sends one operation and returns its data, or throws one typed error.
   *
   * A query, a mutation that takes an idempotency key, and `productSet` with an identifier are sent again
   * after a lost answer. Any other mutation is not: it throws `OutcomeUnknownError`.
   *
   * @example
   * const { data } = await shop.graphql(`query { shop { name } }`);
   *
   * @throws ValidationError before anything is sent, where the document is no GraphQL.
   * @throws ShopifyUserError, GraphqlError, AccessDeniedError, MaxCostError for what Shopify refuses.
   * @throws ThrottledError, HttpError, NetworkError, TimeoutError, InvalidResponseError after the last retry.
   * @throws AuthenticationError, ShopUnavailableError, CircuitOpenError, OutcomeUnknownError.
   */
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
