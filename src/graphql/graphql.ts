import { createCallKeys } from '../admin/idempotency/keys.ts';
import { requestBody, variablesText } from '../admin/request-body.ts';
import { requestHeaders } from '../admin/request-headers.ts';
import { safetyOf } from '../admin/safety.ts';
import type { GraphqlClient, GraphqlResult, RequestOptions, TypedDocument } from '../admin/types.ts';
import { ValidationError } from '../errors/errors.ts';
import { MaxCostError } from '../errors/graphql.ts';
import { callLimits, type DefaultLimits } from '../http/request-options.ts';
import { explainCost } from '../limiter/cost/estimate.ts';
import { run } from '../request/run.ts';
import type { Call, CallEnvironment } from '../request/types.ts';
import type { CostBook } from './cost/history.ts';
import type { DocumentParser, ParsedOperation } from './document.ts';
import { type GraphqlValue, readGraphqlAnswer } from './response.ts';

interface GraphqlClientSettings extends DefaultLimits {
  readonly environment: CallEnvironment;
  readonly apiVersion: string;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
}

/** Points that one query may ask for, on any plan: https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits */
const maxQueryCost = 1000;

const json = { 'content-type': 'application/json', accept: 'application/json' };

/** The GraphQL client of one shop: parse, estimate, run, unwrap. */
export function createGraphqlClient(settings: GraphqlClientSettings): GraphqlClient {
  const { environment, documents, costs } = settings;
  const path = `/admin/api/${settings.apiVersion}/graphql.json`;
  // The directive is part of the schema since 2026-01: https://shopify.dev/docs/api/usage/idempotent-requests
  const takesKeys = settings.apiVersion >= '2026-01';

  async function graphql(
    document: string | TypedDocument<unknown, never>,
    variables?: Readonly<Record<string, unknown>> | null,
    options: RequestOptions = {},
  ): Promise<GraphqlResult<unknown>> {
    options.signal?.throwIfAborted();
    const limits = callLimits(options, settings);
    const given = variables ?? {};
    const text = variablesText(given);
    const reading = { operationName: options.operationName, keys: takesKeys };
    const operation = documents.known(document, reading) ?? (await documents.parse(document, reading));
    const isKeyed = operation.keySlots.length > 0;
    const keys = createCallKeys(operation.keySlots, isKeyed ? JSON.parse(text) : given, options.idempotencyKey);
    const safety = options.retry?.safety ?? safetyOf(operation, keys.variables());
    if (options.idempotencyKey !== undefined && safety === 'never') throw keyWithoutUse(operation.name);
    const { costKey } = operation;
    const estimate = operation.estimate(given);
    if (options.cost === undefined && Math.min(estimate, costs.expect(costKey, estimate)) > maxQueryCost) {
      throw tooCostly(operation, estimate, given, options.operationName);
    }

    const call: Call<GraphqlValue> = {
      ...limits,
      operation: operation.name,
      safety,
      method: 'POST',
      path,
      headers: options.headers ? { ...json, ...requestHeaders(options.headers) } : json,
      body: () =>
        requestBody(operation.source, isKeyed ? JSON.stringify(keys.variables()) : text, options.operationName),
      ...(keys.first !== undefined && { idempotencyKey: keys.first }),
      // What was learned of other calls must never refuse this one: Shopify itself refuses what is too much.
      cost: () => options.cost ?? Math.min(maxQueryCost, costs.expect(costKey, estimate)),
      interpret(response) {
        const read = readGraphqlAnswer(response, {
          shop: environment.shop,
          operation,
          userErrors: options.userErrors ?? 'throw',
          keys,
          repeatable: safety !== 'never',
          nowMs: environment.clock.now(),
        });
        if (read.cost) costs.learn(costKey, estimate, read.cost.requested);
        return read;
      },
    };

    const { value, ...result } = await run(call, environment);
    return { ...result, ...value };
  }

  return { graphql: graphql as GraphqlClient['graphql'] };
}

function tooCostly(
  operation: ParsedOperation,
  cost: number,
  variables: Readonly<Record<string, unknown>>,
  operationName: string | undefined,
): MaxCostError {
  const [dearest] = explainCost(operation.document, variables, operationName).fields;
  return new MaxCostError(
    `${operation.name} would ask for about ${cost} points, and one query may ask for ${maxQueryCost}. ` +
      `${dearest ? `The dearest field is ${dearest.path} with ${dearest.cost}. ` : ''}` +
      'Ask for smaller pages or fewer nested fields, or give the option cost if you know better.',
    { cost, maxCost: maxQueryCost },
    { operation: operation.name },
  );
}

function keyWithoutUse(operation: string): ValidationError {
  const message = `has no effect: Shopify takes no key for ${operation}. Leave it out, or say with retry.safety what a second send does.`;
  return new ValidationError(`The call of ${operation}`, [{ field: 'idempotencyKey', message }]);
}
