import { versionAfter } from '../../../config/api-version.ts';
import { generatedApiVersion } from '../../../config/generated/api-versions.ts';
import type { Apps } from '../oauth/session-token.ts';
import type { TokenBook } from '../oauth/tokens.ts';
import type { ShopState, Shops } from '../shops.ts';
import type { ApiCaller, FakeRequest } from './api.ts';
import { type Refusal, refusals } from './responses.ts';

/** A request that may go on to an API, or the refusal it gets. */
type Admission =
  | {
      readonly ok: true;
      readonly api: 'graphql' | 'rest';
      readonly caller: ApiCaller;
      /** What follows the version in the path, such as `products.json`. */
      readonly resource: string;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly app?: string };

/** What requests are checked against. */
interface AdmissionContext {
  readonly apps: Apps;
  readonly shops: Shops;
  readonly tokens: TokenBook;
  /** Versions that are served, oldest first. */
  readonly versions: readonly string[];
}

/** Checks in Shopify's order: path, shop, token, state of the shop, version. */
export function admit(request: FakeRequest, { apps, shops, tokens, versions }: AdmissionContext): Admission {
  const target = readPath(request.path, versions);
  if (!target) return { ok: false, refusal: refusals.notFound };
  const { api, asked, resource } = target;
  if (api === 'graphql' && request.method !== 'POST') return { ok: false, refusal: refusals.wrongMethod };

  const shop = shopOf(request, shops);
  if (!shop) return { ok: false, refusal: refusals.notFound };

  const holder = tokens.find(shop, accessToken(request));
  if (!holder || shop.state === 'uninstalled') return { ok: false, refusal: refusals.wrongToken };
  const { app, scopes } = holder;
  if (!holder.expires && apps.all.find(({ id }) => id === app)?.refusesNonExpiringTokens)
    return { ok: false, refusal: refusals.nonExpiringToken, app };
  if (shop.state === 'frozen') return { ok: false, refusal: refusals.frozen, app };
  if (shop.state === 'locked') return { ok: false, refusal: refusals.locked, app };

  const version = servedVersion(asked, versions);
  if (version === undefined) return { ok: false, refusal: unknownVersion(asked), app };
  return { ok: true, api, resource, caller: { shop, app, scopes, version } };
}

/** The shop that a request goes to. */
export function shopOf(request: FakeRequest, shops: Shops): ShopState | undefined {
  return shops.find(request.host, request.header('x-shopify-shop-domain'));
}

/** Which API a path leads to. A path without a version, as REST had it once, means the oldest one. */
function readPath(path: string, versions: readonly string[]) {
  const [, version, resource] = /^\/admin\/api\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (version !== undefined && resource !== undefined) {
    return { api: resource === 'graphql.json' ? 'graphql' : 'rest', asked: version, resource } as const;
  }
  const unversioned = /^\/admin\/(?!api\/|oauth\/)(.+\.json)$/.exec(path)?.[1];
  return unversioned === undefined
    ? undefined
    : ({ api: 'rest', asked: versions[0] ?? '', resource: unversioned } as const);
}

/** The token of the header; for a legacy custom app, the password of basic authentication. */
function accessToken(request: FakeRequest): string {
  const token = request.header('x-shopify-access-token');
  if (token !== null) return token;
  const basic = /^Basic (.+)$/i.exec(request.header('authorization') ?? '')?.[1] ?? '';
  const login = Buffer.from(basic, 'base64').toString();
  return login.slice(login.indexOf(':') + 1);
}

/**
 * The version that responds. An expired version falls forward to the oldest supported one:
 * https://shopify.dev/docs/api/usage/versioning
 */
function servedVersion(asked: string, versions: readonly string[]): string | undefined {
  if (versions.includes(asked)) return asked;
  const [oldest = ''] = versions;
  return /^\d{4}-(01|04|07|10)$/.test(asked) && asked < oldest ? oldest : undefined;
}

/** As Shopify for a version that does not exist. It serves the next version and `unstable`: a user can give those. */
function unknownVersion(version: string): Refusal {
  if (version !== 'unstable' && version !== versionAfter(generatedApiVersion)) return refusals.notFound;
  const hint = `The fake has no schema of ${version}: pull it with "npx shopwright schema pull" and give the file with the option schemas.`;
  return { status: 404, body: { errors: `Not Found. ${hint}` } };
}
