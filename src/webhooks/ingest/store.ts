import { isRecord, parseJson } from '../../internal/json.ts';
import { compareGivenTimes } from '../../internal/time.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { Place } from './ordering.ts';

/** The newest that was applied to a resource. */
type Mark = Pick<Place, 'updatedAt' | 'triggeredAt' | 'isEnd'>;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What does not parse counts as nothing: it is replaced by the next delivery. */
export function readMark(text: string | undefined): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  if (!isRecord(found)) return undefined;
  const { updatedAt, triggeredAt, isEnd } = found;
  return { updatedAt: textOrNull(updatedAt), triggeredAt: textOrNull(triggeredAt), isEnd: isEnd === true };
}

/**
 * Whether a resource's newest is newer. Times of the same kind are compared, `updated_at` before triggered-at.
 * `updated_at` counts whole seconds, in which much can happen: where it is equal, triggered-at decides too.
 */
function isOlder(place: Mark, mark: Mark): boolean {
  const order =
    compareGivenTimes(place.updatedAt, mark.updatedAt) || compareGivenTimes(place.triggeredAt, mark.triggeredAt);
  return order !== undefined && order < 0;
}

/** Whether a delivery comes too late to be handled. Shopify never uses an id again, so after a delete everything does. */
export function isStale(place: Place, mark: Mark | undefined): boolean {
  if (!mark || place.isEnd) return false;
  return mark.isEnd || (place.order === 'newest' && isOlder(place, mark));
}

/**
 * Notes a delivery as the newest that was applied. By compare-and-set, so that whoever has lost the resource's lock
 * meanwhile does not put an older mark over a newer one.
 *
 * @param seen The mark as it was read before the handler was called; as a rule it is still the same.
 */
export async function advanceMark(
  store: KeyValueStore,
  key: string,
  place: Place,
  seen: string | undefined,
  ttlMs: number,
): Promise<void> {
  const { order, updatedAt, triggeredAt, isEnd } = place;
  if (order !== 'newest' && !isEnd) return;
  for (let before = seen; ; before = await store.get(key)) {
    const mark = readMark(before);
    if (mark && !isEnd && (mark.isEnd || isOlder(place, mark))) return;
    if (await store.compareAndSet(key, before, JSON.stringify({ updatedAt, triggeredAt, isEnd }), { ttlMs })) return;
  }
}
