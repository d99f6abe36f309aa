import { isRecord, parseJson } from '../../../internal/json.ts';
import { rootFields, rootType } from '../cost/selection.ts';
import { requiredScopes } from '../schema-tables.ts';
import type { ShopState, Shops } from '../shops.ts';
import type { GraphqlRequest, PreparedOperation } from '../types.ts';
import { type DeniedField, type Refusal, refusals } from './answers.ts';
import type { FakeRequest } from './types.ts';

/** The version whose schema answers. */
export const newestVersion = '2026-10';
/** Versions that are served, oldest first; all by the newest schema. */
const supportedVersions = ['2026-01', '2026-04', '2026-07', newestVersion] as const;

/** A request that may go on to GraphQL, or the refusal it gets. */
export type Admission =
  | {
      readonly ok: true;
      readonly shop: ShopState;
      readonly app: string;
      readonly version: string;
      readonly request: GraphqlRequest;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly shop?: ShopState; readonly app?: string };

/** Checks in Shopify's order: path, shop, token, state of the shop, body, version. */
export function admit(request: FakeRequest, shops: Shops): Admission {
  const asked = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(request.path)?.[1];
  if (asked === undefined) return { ok: false, refusal: refusals.notFound };
  if (request.method !== 'POST') return { ok: false, refusal: refusals.wrongMethod };

  const shop = shops.find(request.host, request.header('x-shopify-shop-domain'));
  if (!shop) return { ok: false, refusal: refusals.notFound };

  const app = shop.tokens.get(request.header('x-shopify-access-token') ?? '');
  if (app === undefined || shop.state === 'uninstalled') return { ok: false, refusal: refusals.wrongToken, shop };
  if (shop.state === 'frozen') return { ok: false, refusal: refusals.frozen, shop, app };
  if (shop.state === 'locked') return { ok: false, refusal: refusals.locked, shop, app };

  const body = graphqlRequest(request.body);
  if (!body) return { ok: false, refusal: refusals.badRequest, shop, app };
  const version = servedVersion(asked);
  if (version === undefined) return { ok: false, refusal: refusals.notFound, shop, app };
  return { ok: true, shop, app, version, request: body };
}

/**
 * The version that answers. One that is no longer accessible falls forward to the oldest that is:
 * https://shopify.dev/docs/api/usage/versioning
 */
export function servedVersion(asked: string): string | undefined {
  if (supportedVersions.some((version) => version === asked)) return asked;
  const isPast = /^\d{4}-(01|04|07|10)$/.test(asked) && asked < supportedVersions[0];
  return isPast ? supportedVersions[0] : undefined;
}

function graphqlRequest(body: string): GraphqlRequest | undefined {
  const parsed = parseJson(body);
  if (!isRecord(parsed) || typeof parsed.query !== 'string') return undefined;
  const { query, operationName } = parsed;
  const variables = parsed.variables ?? {};
  if (!isRecord(variables)) return undefined;
  return { query, variables, ...(typeof operationName === 'string' && { operationName }) };
}

/** The first root field that the granted scopes do not open; `undefined` grants all. */
export function deniedField(
  operation: PreparedOperation,
  granted: ReadonlySet<string> | undefined,
): DeniedField | undefined {
  if (!granted) return undefined;
  const root = rootType(operation).name;
  const fields = rootFields(operation);
  for (const [key, [node]] of fields) {
    const field = node.name.value;
    const scopes = [...new Set(requiredScopes[`${root}.${field}`])];
    if (scopes.length > 0 && !scopes.some((scope) => isGranted(scope, granted))) {
      return { field, key, scopes, keys: [...fields.keys()] };
    }
  }
  return undefined;
}

/** A scope to write holds the scope to read. */
function isGranted(scope: string, granted: ReadonlySet<string>): boolean {
  return granted.has(scope) || (scope.startsWith('read_') && granted.has(scope.replace('read_', 'write_')));
}
