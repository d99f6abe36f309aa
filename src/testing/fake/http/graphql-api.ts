import { type DocumentNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { maxRequestPoints } from '../../../graphql/cost/rule.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import { actualCost, costFields, requestedCost } from '../cost/operation.ts';
import type { GraphqlEngine, GraphqlRequest, Prepared, PreparedOperation } from '../model.ts';
import type { BulkType } from '../store/entities.ts';
import type { ApiCaller, ApiTask, FakeApi, FakeRequest, WholeResponse } from './api.ts';
import {
  accessDeniedBody,
  costExtension,
  deniedField,
  jsonResponse,
  maxCostBody,
  type ResponseBody,
  refusals,
  throttledBody,
} from './responses.ts';

/** What GraphQL works with. */
interface GraphqlApiOptions {
  readonly engine: GraphqlEngine;
  /** Types of bulk operations that are enabled now. */
  readonly bulkTypes: ReadonlySet<BulkType>;
  /** What an operation is charged for so many points of the rule. */
  readonly charge: (operation: PreparedOperation, points: number) => number;
}

type Refused = Extract<Prepared, { readonly ok: false }>;

/** Makes the GraphQL API. */
export function createGraphqlApi({ engine, bulkTypes, charge }: GraphqlApiOptions): FakeApi {
  const deprecatedIn = deprecatedFields();

  return {
    open(request, caller) {
      const version = { 'x-shopify-api-version': caller.version };
      const reply = (body: ResponseBody): WholeResponse => jsonResponse(200, body, version);

      // Does the schema know what it asks?
      const body = graphqlRequest(request);
      if (!body)
        return { ok: false, refusal: jsonResponse(refusals.badRequest.status, refusals.badRequest.body, version) };
      const prepared = engine.prepare({ ...body, apiVersion: caller.version });
      if (!prepared.ok) return { ok: false, refusal: reply(refusedBody(prepared, caller)) };
      const { operation } = prepared;
      const { name, kind, rootFields, variables } = operation;
      const call = { operation: name, kind, rootFields, variables };

      // May it, and is it small enough?
      const denied = deniedField(operation, caller.scopes, bulkTypes);
      if (denied) return { ok: false, refusal: reply(accessDeniedBody(denied)), call };
      const requested = charge(operation, requestedCost(operation));
      const asked = { ...call, requestedCost: requested };
      if (requested > maxRequestPoints) {
        return { ok: false, refusal: reply(maxCostBody(requested, maxRequestPoints)), call: asked };
      }
      return { ok: true, task: { ...task(operation, requested, request, caller), call: asked } };
    },
  };

  /**
   * A request with too much input shows its cost as taken from the bucket, and is refunded. Recorded 2025-01 and 2026-04.
   */
  function refusedBody({ errors, operation }: Refused, { shop, app }: ApiCaller): ResponseBody {
    if (!operation) return { errors };
    const requested = charge(operation, requestedCost(operation));
    const bucket = shop.bucket(app);
    const isTaken = bucket.take(requested);
    const cost = costExtension(requested, null, bucket.status());
    if (isTaken) bucket.refund(requested);
    return { errors, extensions: { cost } };
  }

  function task(
    operation: PreparedOperation,
    requested: number,
    request: FakeRequest,
    { shop, app, version, scopes }: ApiCaller,
  ): Omit<ApiTask, 'call'> {
    const bucket = shop.bucket(app);
    const headers = { 'x-shopify-api-version': version };
    return {
      pay: () => bucket.take(requested),
      refund: () => bucket.refund(requested),
      throttled: () => jsonResponse(200, throttledBody(requested, bucket.status()), headers),
      async execute() {
        const result = await engine.execute(operation, {
          shop: shop.domain,
          app,
          origin: request.origin,
          version,
          ...(scopes && { scopes: [...scopes] }),
        });
        const { data, errors, fields, idempotencyKeys, searches, executed = true } = result;
        const actual = Math.min(requested, charge(operation, actualCost(operation, data)));
        bucket.refund(requested - actual);
        const breakdown = request.header('shopify-graphql-cost-debug') === '1' && { fields: costFields(operation) };
        const cost = { ...costExtension(requested, actual, bucket.status()), ...breakdown };
        const deprecated = deprecatedIn(operation);
        return {
          answer: jsonResponse(
            200,
            { data, ...(errors && { errors }), extensions: { cost, ...(searches && { search: searches }) } },
            { ...headers, ...(deprecated && { 'x-shopify-api-deprecated-reason': deprecated }) },
          ),
          call: { actualCost: actual, executed, ...(idempotencyKeys && { idempotencyKeys }) },
          ...(fields && { fields }),
        };
      },
    };
  }
}

/** The body as JSON, or as the bare query of `application/graphql`. */
function graphqlRequest({ body, header }: FakeRequest): GraphqlRequest | undefined {
  if (header('content-type')?.startsWith('application/graphql')) return { query: body };
  const parsed = parseJson(body);
  if (!isRecord(parsed) || typeof parsed.query !== 'string' || parsed.query.trim() === '') return undefined;
  const { query, operationName } = parsed;
  const variables = parsed.variables ?? {};
  if (!isRecord(variables)) return undefined;
  return { query, variables, ...(typeof operationName === 'string' && { operationName }) };
}

/**
 * Makes a reader of the deprecated fields that a document uses, as `X-Shopify-API-Deprecated-Reason` lists them:
 * `Shop.products, Shop.productVariants`. `undefined` for none. What it found for a document is remembered.
 * https://shopify.dev/changelog/posts/graphql-return-actual-deprecation-reasons
 */
function deprecatedFields(): (operation: PreparedOperation) => string | undefined {
  const remembered = new WeakMap<DocumentNode, string>();
  return ({ document, schema }) => {
    const known = remembered.get(document);
    if (known !== undefined) return known || undefined;
    const names = new Set<string>();
    const types = new TypeInfo(schema);
    const note = (): undefined => {
      const field = types.getFieldDef();
      if (field?.deprecationReason != null) names.add(`${types.getParentType()?.name}.${field.name}`);
    };
    visit(document, visitWithTypeInfo(types, { Field: note }));
    const listed = [...names].join(', ');
    remembered.set(document, listed);
    return listed || undefined;
  };
}
