import { refusals as shared } from '../http/answers.ts';

/** What an endpoint answers. */
export interface RestReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with a body. */
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
