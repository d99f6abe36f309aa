/** How a test asks a fake: the parts of a request that differ. */
// @ts-nocheck

export interface Ask {
  readonly query?: string;
  readonly variables?: object;
  readonly token?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  /** The raw body, in place of query and variables. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read deep into answers, and a wrong path fails them.
  readonly json: any;
}

export const shopQuery = 'query Overview { shop { id name } }';

/** Asks over any `fetch`, as a plain client would. */
export async function ask(fetch: typeof globalThis.fetch, asked: Ask = {}): Promise<Asked> {
  const { host = 'https://demo.myshopify.com', path = '/admin/api/2026-10/graphql.json', method = 'POST' } = asked;
  const body = asked.body ?? JSON.stringify({ query: asked.query ?? shopQuery, variables: asked.variables });
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-shopify-access-token': asked.token ?? 'shpat_fake',
      ...asked.headers,
    },
    ...(method === 'POST' && { body }),
    ...(asked.signal && { signal: asked.signal }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

export const pushMutation = /* GraphQL */ `
  mutation Push($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
    productSet(identifier: $identifier, input: $input) {
      product { id handle }
      userErrors { code field message }
    }
  }
`;

/** Variables of `pushMutation` for one product without variants; costs 10 points. */
export const tee = (handle = 'tee'): object => ({ identifier: { handle }, input: { title: `A ${handle}`, handle } });
