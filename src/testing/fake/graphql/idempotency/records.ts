import { createHash } from 'node:crypto';
import type { IdempotencyRecordEntity } from '../../store/idempotency-entities.ts';
import type { ResolverContext } from '../context.ts';

const kind = 'IdempotencyRecord';

/** How long a key is kept, from its first request on. https://shopify.dev/docs/api/usage/implementing-idempotency */
const keptMs = 24 * 3_600_000;

const digest = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Under what id the record of an app's key stands in its shop. */
export const recordId = (app: string, key: string): string => digest(app, key);

/** What tells requests with the same key apart: the mutation and its arguments. */
export const fingerprintOf = (mutation: string, args: unknown): string => digest(mutation, args);

/** The record of a key, if it is not too old. */
export function findRecord({ store, shop, clock }: ResolverContext, id: string): IdempotencyRecordEntity | undefined {
  const record = store.get(shop, kind, id) as IdempotencyRecordEntity | undefined;
  return record && record.expiresAt > clock.now() ? record : undefined;
}

/** A record without the end of its time. */
type NewRecord = Pick<IdempotencyRecordEntity, 'id' | 'fingerprint' | 'state' | 'payload'>;

/** Keeps a record, and drops those that are too old. */
export function putRecord(context: ResolverContext, record: NewRecord): void {
  const { store, shop, clock } = context;
  // Oldest first, so that the first one that is young enough ends it.
  for (const old of store.all(shop, kind) as readonly IdempotencyRecordEntity[]) {
    if (old.expiresAt > clock.now()) break;
    store.delete(shop, kind, old.id);
  }
  const expiresAt = findRecord(context, record.id)?.expiresAt ?? clock.now() + keptMs;
  store.put(shop, kind, { ...record, expiresAt });
}
