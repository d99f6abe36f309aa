// @ts-nocheck
import type { Clock } from '../../../internal/clock.ts';
import { isRecord, parseExactJson } from '../../../internal/json.ts';
import type { Background } from '../background.ts';
import { callLimit } from '../cost/bucket.ts';
import { createRun, type ShopInfo } from '../graphql/context.ts';
import { beginUnit } from '../graphql/unit-of-work.ts';
import type { ApiCaller, FakeApi, FakeRequest } from '../http/api.ts';
import { isGranted, jsonResponse } from '../http/responses.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { inventoryEndpoints } from './inventory-levels.ts';
import { productEndpoints, variantEndpoints } from './products.ts';
import {
  badParameter,
  type Json,
  missingScope,
  notSimulated,
  type RestEndpoint,
  type RestReply,
  refusals,
  throttled,
} from './replies.ts';
import { shopEndpoints } from './shop.ts';

/** What REST works with. */
interface RestApiOptions {
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly background: Background;
  /** What is known about a shop, by its domain. */
  readonly shopInfo: (domain: string) => ShopInfo;
}

/** One call, as it was read. */
interface RestCall {
  readonly request: FakeRequest;
  readonly caller: ApiCaller;
  readonly resource: string;
  readonly found: FoundEndpoint | undefined;
  readonly sent: Json | undefined;
}

/**
 * Makes the REST API, over the same state as GraphQL.
 * https://shopify.dev/docs/api/admin-rest
 */
export function createRestApi({ store, clock, background, shopInfo }: RestApiOptions): FakeApi {
  return {
    open(request, caller, resource) {
      const { shop, app, version } = caller;
      const { method, query } = request;
      const bucket = shop.restBucket(app);
      const found = findEndpoint(method, resource);
      const sent = readBody(request.body);
      const answer = ({ status, body, headers }: RestReply) =>
        jsonResponse(status, body, {
          'x-shopify-api-version': version,
          'x-shopify-shop-api-call-limit': callLimit(bucket),
          ...headers,
        });
      return {
        ok: true,
        task: {
          call: {
            operation: `${method} ${found?.name ?? resource}`,
            // So that scripts and counts can name one product too.
            rootFields: [`${method} ${resource}`],
            kind: method === 'GET' ? 'query' : 'mutation',
            variables: { ...Object.fromEntries(query), ...sent },
          },
          pay: () => bucket.take(1),
          refund: () => bucket.refund(1),
          throttled: () => answer(throttled(bucket.status().restoreRate)),
          async execute() {
            const reply = run({ request, caller, resource, found, sent });
            const isRefused = reply.status >= 400;
            return { answer: answer(reply), call: isRefused ? { outcome: 'refused', executed: false } : {} };
          },
        },
      };
    },
  };

  /** Carries a request out as a whole, or, where it is refused, not at all. */
  function run({ request, caller, resource, found, sent }: RestCall): RestReply {
    const checked = checkRequest(request, caller, resource, found, sent);
    if (!checked.ok) return checked.reply;
    const { shop, app, scopes } = caller;
    const info = { ...shopInfo(shop.domain), ...(scopes && { scopes: [...scopes] }) };
    const base = { shop: shop.domain, app, origin: request.origin, info, clock, background, run: createRun() };
    const unit = beginUnit(store, base);
    const { endpoint, ids, body } = checked;
    const address = `${request.origin}/admin/api/${caller.version}/${resource}`;
    const reply = endpoint.answer({ ids, body, query: request.query, address, unit: unit.context });
    if (reply.status < 400) unit.commit();
    return reply;
  }
}

/** A request that may be answered, or the refusal it gets. */
type Checked =
  | {
      readonly ok: true;
      readonly endpoint: RestEndpoint;
      readonly ids: readonly string[];
      readonly body: Json;
    }
  | { readonly ok: false; readonly reply: RestReply };

const simulatedMethods = new Set(['GET', 'POST', 'PUT', 'DELETE']);

/**
 * Checks what all endpoints have in common: form, method, scope, ids, body.
 *
 * @param sent The body, if it is JSON.
 */
function checkRequest(
  request: FakeRequest,
  { scopes }: ApiCaller,
  resource: string,
  found: FoundEndpoint | undefined,
  sent: Json | undefined,
): Checked {
  const refuse = (reply: RestReply): Checked => ({ ok: false, reply });
  if (!resource.endsWith('.json') || !acceptsJson(request)) return refuse(refusals.notAcceptable);
  if (!simulatedMethods.has(request.method)) return refuse(refusals.wrongMethod);
  const endpoint = found?.endpoint;
  if (!endpoint)
    return refuse(notSimulated(`\`${request.method} ${found?.name ?? resource}\` is not simulated by the fake`));

  if (endpoint.scope && !isGranted(endpoint.scope, scopes)) return refuse(missingScope(endpoint.scope));
  if (!found.ids.every((id) => /^\d+$/.test(id))) return refuse(refusals.idExpected);

  if (endpoint.method !== 'POST' && endpoint.method !== 'PUT') return { ok: true, endpoint, ids: found.ids, body: {} };
  const contentType = request.header('content-type');
  if (contentType !== null && !contentType.includes('json')) return refuse(refusals.wrongMediaType);
  const { subject } = endpoint;
  if (!sent || contentType === null || (subject !== undefined && !isRecord(sent[subject]))) {
    return refuse(badParameter(subject ?? 'base', 'Required parameter missing or invalid'));
  }
  return { ok: true, endpoint, ids: found.ids, body: sent };
}

function acceptsJson({ header }: FakeRequest): boolean {
  const accept = header('accept');
  return accept === null || /\*\/\*|application\/(?:\*|json)/.test(accept);
}

/** The body as JSON, with exact numbers; `undefined` for anything else. */
function readBody(text: string): Json | undefined {
  try {
    const body = parseExactJson(text);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The endpoint of a request, or only the kind of path where the method is not simulated. */
interface FoundEndpoint {
  /** The kind of path, such as `products/{id}.json`. */
  readonly name: string;
  readonly ids: readonly string[];
  readonly endpoint: RestEndpoint | undefined;
}

const endpoints: readonly RestEndpoint[] = [
  ...productEndpoints,
  ...variantEndpoints,
  ...inventoryEndpoints,
  ...shopEndpoints,
];

const patterns = [...new Set(endpoints.map(({ path }) => path))].map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('{id}', '([^/]+?)')}$`),
}));

/** The endpoint for what follows the version in a path; `undefined` where no method of it is simulated. */
function findEndpoint(method: string, resource: string): FoundEndpoint | undefined {
  for (const { path, pattern } of patterns) {
    const match = pattern.exec(resource);
    if (!match) continue;
    const endpoint = endpoints.find((candidate) => candidate.path === path && candidate.method === method);
    return { name: path, ids: match.slice(1), endpoint };
  }
  return undefined;
}
