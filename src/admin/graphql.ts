import type { CostBook } from '../limiter/cost/cost-book.ts';
import { estimateCost } from '../limiter/cost/estimate.ts';
import { run } from '../request/run.ts';
import type { Call, CallEnvironment } from '../request/types.ts';
import type { RetryPolicy } from '../resilience/types.ts';
import { type GraphqlValue, readGraphqlAnswer } from './answer.ts';
import type { DocumentParser } from './document.ts';
import { safetyOf } from './safety.ts';
import type { GraphqlClient, GraphqlResult, RequestOptions, TypedDocument } from './types.ts';

export interface GraphqlClientSettings {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly retry: RetryPolicy;
}

/** The GraphQL client of one shop: parse, estimate, run, unwrap. */
export function createGraphqlClient(settings: GraphqlClientSettings): GraphqlClient {
  const { environment, documents, costs } = settings;
  const path = `/admin/api/${settings.apiVersion}/graphql.json`;

  async function graphql(
    document: string | TypedDocument<unknown, never>,
    variables: Readonly<Record<string, unknown>> = {},
    options: RequestOptions = {},
  ): Promise<GraphqlResult<unknown>> {
    options.signal?.throwIfAborted();
    const operation = await documents.parse(document, options.operationName);
    const estimate = options.cost ?? estimateCost(operation.document, variables, options.operationName).cost;
    const deadlineMs = options.deadlineMs ?? settings.deadlineMs;
    const { safety, ...retry } = options.retry ?? {};

    const call: Call<GraphqlValue> = {
      operation: operation.name,
      safety: safety ?? safetyOf(operation, variables),
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...lowerCased(options.headers) },
      body: JSON.stringify({
        query: operation.source,
        ...(Object.keys(variables).length > 0 && { variables }),
        ...(options.operationName !== undefined && { operationName: options.operationName }),
      }),
      cost: () => (options.cost === undefined ? costs.expect(operation.source, estimate) : estimate),
      priority: options.priority ?? 'interactive',
      timeoutMs: options.timeoutMs ?? settings.timeoutMs,
      retry: { ...settings.retry, ...retry },
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...(options.signal && { signal: options.signal }),
      interpret(response) {
        const read = readGraphqlAnswer(response, {
          shop: environment.shop,
          operation,
          userErrors: options.userErrors ?? 'throw',
          nowMs: environment.clock.now(),
        });
        if (read.cost) costs.learn(operation.source, estimate, read.cost.requested);
        return read;
      },
    };

    const { value, ...result } = await run(call, environment);
    return { ...result, ...value };
  }

  return { graphql: graphql as GraphqlClient['graphql'] };
}

/** Header names are compared without their case; one spelling keeps a later one from standing beside an earlier. */
function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
