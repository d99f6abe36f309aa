// @ts-nocheck
import type { ThrottleStatus } from '../../../ports/rate-limiter.ts';
import { rootFields, rootType } from '../cost/selection.ts';
import type { PreparedOperation } from '../model.ts';
import { requiredScopes } from '../schema.ts';
import type { BulkType } from '../store/entities.ts';
import type { WholeResponse } from './api.ts';

/** What the body of a response holds. */
export type ResponseBody = Readonly<Record<string, unknown>>;

/** A response of JSON. */
export function jsonResponse(
  status: number,
  body: ResponseBody,
  headers: Readonly<Record<string, string>> = {},
): WholeResponse {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  return { type: 'answer', status, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

/**
 * Refusals in Shopify's shapes, where `errors` is a string, an object or a list.
 * https://shopify.dev/docs/api/admin-graphql/latest#status_and_error_codes
 */
export const refusals = {
  notFound: { status: 404, body: { errors: 'Not Found' } },
  wrongMethod: { status: 405, body: { errors: 'Method Not Allowed' } },
  wrongToken: {
    status: 401,
    body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
  },
  /** The status is known by one report, the words are ours. */
  nonExpiringToken: {
    status: 403,
    body: { errors: '[API] Non-expiring access tokens are no longer accepted for the Admin API.' },
  },
  frozen: { status: 402, body: { errors: 'Unavailable Shop' } },
  locked: { status: 423, body: { errors: 'This shop is unavailable' } },
  badRequest: { status: 400, body: { errors: { query: 'Required parameter missing or invalid' } } },
} as const satisfies Record<string, { readonly status: number; readonly body: ResponseBody }>;

/** A refusal: one of these, or in their shapes. */
export interface Refusal {
  readonly status: number;
  readonly body: ResponseBody;
}

/** `extensions.cost`. `actual` is `null` where nothing was executed. */
export function costExtension(requested: number, actual: number | null, status: ThrottleStatus): ResponseBody {
  return {
    requestedQueryCost: requested,
    actualQueryCost: actual,
    // Rounded down: a caller that trusts the number must not be refused for it.
    throttleStatus: { ...status, currentlyAvailable: Math.floor(status.currentlyAvailable * 100) / 100 },
  };
}

/** THROTTLED, which comes with HTTP 200. */
export function throttledBody(requested: number, status: ThrottleStatus): ResponseBody {
  return {
    errors: [
      {
        message: 'Throttled',
        extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
      },
    ],
    extensions: { cost: costExtension(requested, null, status) },
  };
}

/** MAX_COST_EXCEEDED; it comes without `extensions.cost`. */
export function maxCostBody(cost: number, maxCost: number): ResponseBody {
  const message = `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).`;
  const documentation = 'https://shopify.dev/api/usage/rate-limits';
  return { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation } }] };
}

/** A root field that the app may not ask for. */
interface DeniedField {
  readonly field: string;
  /** Its key in the response. */
  readonly key: string;
  /** What would open it, as a sentence. */
  readonly requiredAccess: string;
  /** The keys of all root fields. */
  readonly keys: readonly string[];
}

/** ACCESS_DENIED for one root field; all root fields come back as `null`. */
export function accessDeniedBody({ field, key, keys, requiredAccess }: DeniedField): ResponseBody {
  return {
    errors: [
      {
        message: `Access denied for ${field} field. Required access: ${requiredAccess}`,
        path: [key],
        extensions: {
          code: 'ACCESS_DENIED',
          documentation: 'https://shopify.dev/api/usage/access-scopes',
          requiredAccess,
        },
      },
    ],
    data: Object.fromEntries(keys.map((nulled) => [nulled, null])),
  };
}

/** A bug or a full disk of the fake itself, for a status 500: its words help most. */
export function failureBody(error: unknown): ResponseBody {
  return { errors: `The fake failed: ${error instanceof Error ? error.message : String(error)}` };
}

/**
 * The first root field that the app may not ask for: for its granted scopes, of which `undefined` grants all, or because
 * bulk operations of that type are not enabled for it.
 */
export function deniedField(
  operation: PreparedOperation,
  granted: ReadonlySet<string> | undefined,
  bulkTypes?: ReadonlySet<BulkType>,
): DeniedField | undefined {
  const root = rootType(operation).name;
  const fields = rootFields(operation);
  for (const [key, [node]] of fields) {
    const field = node.name.value;
    const type = bulkTypeOf[field];
    if (type && bulkTypes?.has(type) === false) {
      const requiredAccess = `Bulk ${type === 'QUERY' ? 'queries' : 'mutations'} are not enabled for this app.`;
      return { field, key, requiredAccess, keys: [...fields.keys()] };
    }
    if (!granted) continue;
    const scopes = [...new Set(requiredScopes[`${root}.${field}`])];
    if (scopes.length > 0 && !scopes.some((scope) => isGranted(scope, granted))) {
      const requiredAccess = `${scopes.map((scope) => `\`${scope}\``).join(' or ')} access scope.`;
      return { field, key, requiredAccess, keys: [...fields.keys()] };
    }
  }
  return undefined;
}

/** The root fields that start bulk operations. */
const bulkTypeOf: Readonly<Record<string, BulkType>> = {
  bulkOperationRunQuery: 'QUERY',
  bulkOperationRunMutation: 'MUTATION',
};

/** Whether the granted scopes hold one; `undefined` grants all. A scope to write holds the scope to read. */
export function isGranted(scope: string, granted: ReadonlySet<string> | undefined): boolean {
  return !granted || granted.has(scope) || (scope.includes('read_') && granted.has(scope.replace('read_', 'write_')));
}
