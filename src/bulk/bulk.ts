import type { TypedDocument } from '../graphql/document.ts';
import { isRecord } from '../internal/json.ts';
import { type BulkMutateOptions, type BulkMutation, startMutation } from './mutate.ts';
import { type BulkShop, wake } from './operation.ts';
import {
  type BulkQueryOptions,
  type BulkResumeOptions,
  type BulkRun,
  type BulkSettings,
  checkedSettings,
  resumeQuery,
  startQuery,
} from './query.ts';
import type { Line } from './result-file.ts';

/** A node of a bulk query's result, where each connection is a list of its nodes. */
export type BulkNode<Node> = Node extends { readonly edges: readonly (infer Edge)[] }
  ? BulkNode<NodeOf<Edge>>[]
  : Node extends readonly (infer Item)[]
    ? BulkNode<Item>[]
    : Node extends object
      ? { [Key in keyof Node as Key extends 'pageInfo' ? never : Key]: BulkValue<Node[Key]> }
      : Node;

/** A value of a node. A connection is never null: without nodes it is empty. */
type BulkValue<Value> =
  NonNullable<Value> extends { readonly edges: readonly unknown[] } ? BulkNode<NonNullable<Value>> : BulkNode<Value>;

type NodeOf<Edge> = Edge extends { readonly node?: infer Node } ? NonNullable<Node> : never;

/** The rows of a bulk query: the nodes of its outermost connections. */
export type BulkRowOf<Data> = Data extends { readonly edges: readonly (infer Edge)[] }
  ? BulkNode<NodeOf<Edge>>
  : Data extends readonly unknown[]
    ? never
    : Data extends object
      ? { [Key in keyof Data]: BulkRowOf<Data[Key]> }[keyof Data]
      : never;

/** A line of the file: a node without its connections, and the id of its parent node. */
export interface BulkFlatRow {
  readonly __parentId?: string;
  readonly [field: string]: unknown;
}

/** The payload of the webhook `bulk_operations/finish`. */
export interface BulkFinish {
  readonly admin_graphql_api_id: string;
}

/** The bulk operations of a shop. */
export interface Bulk {
  /**
   * Starts a bulk query, and returns its rows when Shopify has finished. The document is first checked against the
   * rules of bulk queries; page sizes, cursors and `pageInfo` are removed, so that you can reuse a document for paging.
   *
   * Resolves once Shopify has accepted the operation. Waits if five are already running.
   *
   * @example
   * const products = await shop.bulk.query<{ title: string; variants: { sku: string }[] }>(
   *   'query ($since: String!) { products(query: $since) { edges { node { id title variants { edges { node { id sku } } } } } } }',
   *   { since: 'updated_at:>=2026-11-01' },
   * );
   * for await (const product of products) console.log(product.title);
   *
   * @throws ValidationError before anything is sent, listing each rule that the document breaks.
   * @throws BulkNotEnabledError if the app may not run bulk queries.
   * @throws ShopifyUserError if Shopify refuses the query.
   * @throws BulkFailedError, BulkIncompleteError while the rows are read.
   */
  query<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables | undefined,
    options: BulkQueryOptions & { readonly shape: 'rows' },
  ): Promise<BulkRun<BulkFlatRow>>;
  query<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables | undefined,
    options: BulkQueryOptions & { readonly shape: 'pages' },
  ): Promise<BulkRun<TData>>;
  query<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    ...rest: Record<string, never> extends TVariables
      ? [variables?: TVariables, options?: BulkQueryOptions]
      : [variables: TVariables, options?: BulkQueryOptions]
  ): Promise<BulkRun<BulkRowOf<TData>>>;
  query<Row = unknown>(document: string, variables?: object, options?: BulkQueryOptions): Promise<BulkRun<Row>>;
  /**
   * Runs a mutation once for each row of variables, in files of less than 100 MB, and returns the outcome of each. Rows
   * are first checked against the types of the operation's variables; an invalid one is `refused` and not sent.
   *
   * @example
   * const run = await shop.bulk.mutate(ProductSet, rows, { key: 'import-2026-11-30' });
   * for await (const { index, status, userErrors } of run) if (status !== 'done') console.log(index, status, userErrors);
   *
   * @throws ValidationError if the document cannot run in bulk, or the key belongs to another document or other rows.
   * @throws BulkNotEnabledError if the app may not run bulk mutations.
   */
  mutate<TData, TVariables extends object>(
    document: TypedDocument<TData, TVariables>,
    rows: Iterable<TVariables> | AsyncIterable<TVariables>,
    options?: BulkMutateOptions,
  ): Promise<BulkMutation<TVariables, TData>>;
  mutate<Data = unknown, Row extends object = object>(
    document: string,
    rows: Iterable<Row> | AsyncIterable<Row>,
    options?: BulkMutateOptions,
  ): Promise<BulkMutation<Row, Data>>;
  /**
   * Continues an operation: by its gid from the first row, or by the position of a run after the last processed row.
   *
   * @throws BulkFailedError if there is no such operation, or it has failed; see `partial`.
   */
  resume<Row = unknown>(idOrPosition: string, options?: BulkResumeOptions): Promise<BulkRun<Row>>;
  /**
   * Passes on a `bulk_operations/finish` webhook, so that calls in this process check their operation at once.
   *
   * @returns Whether anything in this process is waiting for the operation.
   */
  notify(payload: BulkFinish): Promise<boolean>;
}

/** The bulk operations of one shop. */
export function createBulk(shop: BulkShop, given: BulkSettings | undefined): Bulk {
  const settings = checkedSettings(given);
  const query = (
    document: string | TypedDocument<unknown, never>,
    variables: object | undefined = {},
    options: BulkQueryOptions = {},
  ) => startQuery(shop, document, variables as Readonly<Record<string, unknown>>, { ...settings, ...options });
  return {
    query: query as Bulk['query'],
    mutate: ((
      document: string | TypedDocument<unknown, never>,
      rows: Iterable<Line>,
      options: BulkMutateOptions = {},
    ) => startMutation(shop, document, rows, { ...settings, ...options })) as Bulk['mutate'],
    resume: ((idOrPosition, options = {}) =>
      resumeQuery(shop, idOrPosition, { ...settings, ...options })) as Bulk['resume'],
    notify: async (payload) => isRecord(payload) && wake(shop, String(payload.admin_graphql_api_id)),
  };
}
