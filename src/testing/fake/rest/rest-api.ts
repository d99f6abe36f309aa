import type { Clock } from '../../../internal/clock.ts';
import type { Background } from '../background.ts';
import type { ShopInfo } from '../graphql/context.ts';
import { createRun } from '../graphql/operation-run.ts';
import { beginUnit } from '../graphql/unit-of-work.ts';
import { jsonAnswer } from '../http/answers.ts';
import type { ApiCaller, FakeApi, FakeRequest } from '../http/api.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { checkRequest, readBody } from './checks.ts';
import { type FoundEndpoint, findEndpoint } from './endpoints.ts';
import { type RestReply, throttled } from './replies.ts';
import { callLimit } from './rest-bucket.ts';
import type { Json } from './types.ts';

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
        jsonAnswer(status, body, {
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
