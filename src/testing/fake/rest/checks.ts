import { parseExactJson } from '../../../internal/exact-json.ts';
import { isRecord } from '../../../internal/json.ts';
import type { ApiCaller, FakeRequest } from '../http/api.ts';
import { isGranted } from '../http/scopes.ts';
import type { FoundEndpoint } from './endpoints.ts';
import { badParameter, missingScope, notSimulated, type RestReply, refusals } from './replies.ts';
import type { Json, RestEndpoint } from './types.ts';

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
export function checkRequest(
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
export function readBody(text: string): Json | undefined {
  try {
    const body = parseExactJson(text);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
