import { createShopifyClient, isShopwrightError, OutcomeUnknownError, type Transport } from 'shopwright';
import type { RateLimiter } from 'shopwright/limiter';
import type { Operation } from './operations.ts';

/** The target of a contestant's calls. */
export interface Target {
  readonly origin: string;
  /** Ends what a contestant would otherwise continue forever. Default: none. */
  readonly signal?: AbortSignal;
  /** For shopwright only. Default: its own. */
  readonly limiter?: RateLimiter;
  readonly transport?: Transport;
}

/** One client in a race. */
export interface Contestant {
  /** Rejects if the operation failed permanently. */
  graphql(operation: Operation): Promise<unknown>;
  /** Reads the shop by REST. */
  rest(): Promise<unknown>;
}

export type ContestantName = 'shopwright' | 'admin-api-client' | 'shopify-api-node' | 'naive loop';

/** All of them, ours first. */
export const contestantNames: readonly ContestantName[] = [
  'shopwright',
  'admin-api-client',
  'shopify-api-node',
  'naive loop',
];

const shop = 'demo.myshopify.com';
const accessToken = 'shpat_fake';
const apiVersion = '2026-10';

/** Creates a client, configured as its own documentation says for a throttled shop. */
export async function createContestant(name: ContestantName, target: Target): Promise<Contestant> {
  switch (name) {
    case 'shopwright':
      return shopwright(target);
    case 'admin-api-client':
      return adminApiClient(target);
    case 'shopify-api-node':
      return shopifyApiNode(target);
    case 'naive loop':
      return naiveLoop(target);
  }
}

/** Whether an error means that the outcome of a mutation is unknown. Only shopwright has such an error. */
export function saysUnknown(error: unknown): boolean {
  return error instanceof OutcomeUnknownError;
}

/** A label for counting errors. */
export function nameOfError(error: unknown): string {
  if (isShopwrightError(error)) return error.code;
  return error instanceof Error ? error.message.slice(0, 60) : String(error);
}

function shopwright({ origin, signal, limiter, transport }: Target): Contestant {
  const client = createShopifyClient({
    shop,
    accessToken,
    origin,
    isolated: true,
    ...(limiter && { limiter }),
    ...(transport && { transport }),
  });
  const until = signal ? { signal } : {};
  return {
    graphql: ({ document, variables }) => client.graphql(document, variables, until),
    rest: () => client.rest.get('shop.json', until),
  };
}

interface AdminApiClientModule {
  createAdminApiClient(options: object): {
    request(document: string, options: object): Promise<{ readonly errors?: { readonly message?: string } }>;
  };
  createAdminRestApiClient(options: object): {
    get(path: string, options: object): Promise<Response>;
  };
}

/** It accepts at most three retries. It only knows HTTPS, so its `fetch` is redirected to the fake. */
async function adminApiClient({ origin, signal }: Target): Promise<Contestant> {
  const peer: string = '@shopify/admin-api-client';
  const module: AdminApiClientModule = await import(peer);
  const customFetchApi = (url: string, init: RequestInit): Promise<Response> =>
    fetch(url.replace(`https://${shop}`, origin), { ...init, ...(signal && { signal }) });
  const options = { storeDomain: shop, apiVersion, accessToken, customFetchApi, retries: 3 };
  const client = module.createAdminApiClient(options);
  const rest = module.createAdminRestApiClient(options);
  return {
    async graphql({ document, variables }) {
      const { errors } = await client.request(document, { variables, retries: 3 });
      if (errors) throw new Error(errors.message ?? 'errors');
    },
    async rest() {
      const response = await rest.get('shop', { retries: 3 });
      if (!response.ok) throw new Error(`status ${response.status}`);
      await response.text();
    },
  };
}

interface ShopifyApiNodeModule {
  readonly default: new (
    options: object,
  ) => {
    baseUrl: object;
    graphql(document: string, variables: object): Promise<unknown>;
    readonly shop: { get(): Promise<unknown> };
  };
}

/**
 * Its `autoLimit` has no effect on GraphQL, as its documentation says, and cannot be combined with `maxRetries`: so
 * retries for GraphQL, and `autoLimit` for REST.
 */
async function shopifyApiNode({ origin }: Target): Promise<Contestant> {
  const peer: string = 'shopify-api-node';
  const { default: Shopify }: ShopifyApiNodeModule = await import(peer);
  const { protocol, hostname, port } = new URL(origin);
  const made = (options: object) => {
    const client = new Shopify({ shopName: shop, accessToken, apiVersion, ...options });
    client.baseUrl = { protocol, hostname, port };
    return client;
  };
  const graphql = made({ maxRetries: 5 });
  const rest = made({ autoLimit: true });
  return {
    graphql: ({ document, variables }) => graphql.graphql(document, variables),
    rest: () => rest.shop.get(),
  };
}

/** What many write themselves: sleep for a second and try again, whatever the error. */
function naiveLoop({ origin, signal }: Target): Contestant {
  const headers = { 'content-type': 'application/json', 'x-shopify-access-token': accessToken };
  const until = signal ? { signal } : {};
  const again = async (send: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      if (await send().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };
  return {
    graphql: ({ document, variables }) =>
      again(async () => {
        const body = JSON.stringify({ query: document, variables });
        const response = await fetch(`${origin}/admin/api/${apiVersion}/graphql.json`, {
          method: 'POST',
          headers,
          body,
          ...until,
        });
        const json: unknown = await response.json();
        return response.ok && typeof json === 'object' && json !== null && !('errors' in json);
      }),
    rest: () =>
      again(async () => {
        const response = await fetch(`${origin}/admin/api/${apiVersion}/shop.json`, { headers, ...until });
        await response.text();
        return response.ok;
      }),
  };
}
