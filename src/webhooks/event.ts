import { isRecord } from '../internal/json.ts';
import type { FieldsChanged } from './event-types.ts';
import type { WebhookEvent } from './events.ts';
import type { Json } from './payloads/fields.ts';
import type { WebhookDetails } from './types.ts';

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** Until September 2026 it was one list, which did not tell added from updated. */
function fieldsChangedOf(payload: unknown): FieldsChanged {
  const changed = isRecord(payload) ? payload['fields_changed'] : undefined;
  const { added, updated = changed, removed } = isRecord(changed) ? changed : {};
  return { added: texts(added), updated: texts(updated), removed: texts(removed) };
}

/** Makes the event of a verified delivery. Without the header of its id nobody can tell its copies: each gets a key of its own. */
export function toEvent(
  details: WebhookDetails,
  payload: unknown,
  rawBody: Uint8Array,
  idempotencyKey: string = details.webhookId || crypto.randomUUID(),
): WebhookEvent {
  const fieldsChanged = details.generation === 'next' ? fieldsChangedOf(payload) : null;
  return { ...details, payload: payload as Json, rawBody, idempotencyKey, fieldsChanged };
}
