import type { ResolverContext } from '../graphql/context.ts';
import type { UserError } from '../graphql/errors.ts';
import { refusals as shared } from '../http/responses.ts';

/** What an endpoint is asked with. */
export interface RestRequest {
  /** Numbers in the path, as text: they may be too long for a JavaScript number. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  /** The body; whole numbers beyond 2^53 are `bigint`. Empty where none came. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Address of the endpoint without its query, for links to other pages. */
  readonly address: string;
  /** The state, and the caller. */
  readonly unit: ResolverContext;
}

/** One method on one kind of path. */
export interface RestEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{id}` in place of a number, such as `products/{id}.json`. */
  readonly path: string;
  /** Scope that it needs. Default none. */
  readonly scope?: string;
  /** What the body must hold, such as `product`. */
  readonly subject?: string;
  readonly answer: (request: RestRequest) => RestReply;
}

/** A part of a body. */
export type Json = Readonly<Record<string, unknown>>;

/** What an endpoint answers. */
export interface RestReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response with a body. */
export const ok = (body: RestReply['body'], headers: RestReply['headers'] = {}): RestReply => ({
  status: 200,
  body,
  headers,
});

/**
 * Refusals in Shopify's shapes.
 * https://shopify.dev/docs/api/usage/response-codes
 */
export const refusals = {
  notFound: shared.notFound,
  wrongMethod: shared.wrongMethod,
  notAcceptable: { status: 406, body: { errors: 'Not Acceptable' } },
  wrongMediaType: { status: 415, body: { errors: 'Unsupported Media Type' } },
  idExpected: { status: 400, body: { errors: { id: 'expected String to be a id' } } },
} as const satisfies Record<string, RestReply>;

/** 429. The wait is in decimal seconds: https://shopify.dev/docs/api/admin-rest/usage/rate-limits */
export const throttled = (leakRate: number): RestReply => ({
  status: 429,
  headers: { 'retry-after': '2.0' },
  body: {
    errors: `Exceeded ${leakRate} calls per second for api client. Reduce request rates to resume uninterrupted service.`,
  },
});

/** 400 for one parameter. */
export const badParameter = (name: string, message: string): RestReply => ({
  status: 400,
  body: { errors: { [name]: message } },
});

/** 403 without a scope. */
export const missingScope = (scope: string): RestReply => ({
  status: 403,
  body: { errors: `[API] This action requires merchant approval for ${scope} scope.` },
});

/** 422 with what is wrong, by field. */
export const unprocessable = (errors: Readonly<Record<string, readonly string[]>>): RestReply => ({
  status: 422,
  body: { errors },
});

/** What Shopify has and the fake does not: 501, for a silent answer would look like Shopify's. */
export const notSimulated = (message: string): RestReply => ({ status: 501, body: { errors: message } });

/** Only the fields that `fields` names, such as `id,title`; all where it is not given. */
export function withFields(view: Json, fields: string | null): Json {
  if (fields === null) return view;
  const wanted = fields.split(',').map((field) => field.trim());
  return Object.fromEntries(wanted.flatMap((field) => (field in view ? [[field, view[field]]] : [])));
}

/** REST's names for input fields. */
const names: Readonly<Record<string, string>> = {
  title: 'title',
  handle: 'handle',
  descriptionHtml: 'body_html',
  vendor: 'vendor',
  productType: 'product_type',
  tags: 'tags',
  productOptions: 'options',
  files: 'images',
  metafields: 'metafields',
};

/** REST's names for errors of one variant. Other errors are under `base`. */
const variantNames: Readonly<Record<string, string>> = {
  price: 'price',
  compareAtPrice: 'compare_at_price',
  sku: 'sku',
  barcode: 'barcode',
  metafields: 'metafields',
};

/** The name that begins a message of GraphQL; REST leaves it to the key. */
const label = /^(?:Title|Handle|Price|Compare at price|vendor|productType|sku|barcode) (?=can't|is|must)/;

/** 422 with what `productSet` reports, in the shape of REST: `{"errors":{"title":["can't be blank"]}}`. */
export function userErrorReply(userErrors: readonly UserError[]): RestReply {
  const errors: Record<string, string[]> = {};
  for (const { code, field, message } of userErrors) {
    const [, list = '', , inner = ''] = field ?? [];
    const name = (list === 'variants' ? variantNames[inner] : names[list]) ?? 'base';
    const text = code === 'HANDLE_NOT_UNIQUE' ? 'has already been taken' : message.replace(label, '');
    errors[name] = [...(errors[name] ?? []), text];
  }
  return unprocessable(errors);
}
