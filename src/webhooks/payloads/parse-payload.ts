import type { WebhookPayload } from '../payload-types.ts';
import { payloadSchemas } from './schemas.ts';

/** One field of a payload that is not what its topic says. */
export interface PayloadIssue {
  /** Such as `variants[0].price`; empty for the payload as a whole. */
  readonly path: string;
  /** What was expected and what kind of value came instead. Holds nothing of the payload. */
  readonly message: string;
}

/** A payload whose fields are as typed, or what is wrong with it. */
export type ParsedPayload<Topic extends string> =
  | { readonly ok: true; readonly payload: WebhookPayload<Topic> }
  | { readonly ok: false; readonly issues: readonly PayloadIssue[] };

function written(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/**
 * Checks a payload against the schema of its topic. Fields may be missing, as a subscription with `includeFields`
 * leaves them out, and unknown ones stay. A topic without a schema is taken as it is. Never throws.
 *
 * Ids in JSON that are above 2^53 have lost their last digits before this sees them: prefer `admin_graphql_api_id`.
 *
 * @example
 * ```ts
 * const parsed = parsePayload('products/update', event.payload);
 * if (parsed.ok) await save(parsed.payload.admin_graphql_api_id, parsed.payload.title);
 * else logger.warn({ issues: parsed.issues }, 'not the payload that was expected');
 * ```
 */
export function parsePayload<Topic extends string>(topic: Topic, payload: unknown): ParsedPayload<Topic> {
  const parsed = payloadSchemas.get(topic)?.safeParse(payload);
  // What the schema has let pass is handed on as it came, not as a copy.
  if (!parsed || parsed.success) return { ok: true, payload: payload as WebhookPayload<Topic> };
  return {
    ok: false,
    issues: parsed.error.issues.map(({ path, message }) => ({ path: written(path), message })),
  };
}
