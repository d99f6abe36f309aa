import { isRecord } from '../../internal/json.ts';
import { compareGivenTimes, isoTimeToMs } from '../../internal/time.ts';
import type { WebhookEvent, WebhookOrder, WebhookOrders } from '../events.ts';

/** The position of a delivery among those of its resource. */
export interface Position {
  readonly order: Exclude<WebhookOrder, 'always'>;
  /** Topics of one family are about the same resources, such as `products`. */
  readonly family: string;
  /** The resource's id within the family. */
  readonly resource: string;
  /** Whether the resource is gone after this. */
  readonly isEnd: boolean;
  /** ISO times; `null` if the delivery has none. */
  readonly updatedAt: string | null;
  readonly triggeredAt: string | null;
}

/** The newest delivery that was applied to a resource. */
export type Watermark = Pick<Position, 'updatedAt' | 'triggeredAt' | 'isEnd'>;

/** The times by which deliveries of a resource are ordered. */
type Times = Pick<Position, 'updatedAt' | 'triggeredAt'>;

/** Whether a delivery is too late to be handled. Shopify never reuses ids, so after a delete every delivery is. */
export function isStale(position: Position, watermark: Watermark | undefined): boolean {
  if (!watermark || position.isEnd) return false;
  return watermark.isEnd || (position.order === 'newest' && isOlder(position, watermark));
}

/**
 * Whether a delivery is older than the newest applied. Times of the same kind are compared, `updated_at` before
 * triggered-at. `updated_at` only has whole seconds: if it is equal, triggered-at decides.
 */
export function isOlder(position: Times, watermark: Times): boolean {
  const order =
    compareGivenTimes(position.updatedAt, watermark.updatedAt) ||
    compareGivenTimes(position.triggeredAt, watermark.triggeredAt);
  return order !== undefined && order < 0;
}

/**
 * Returns the position of a delivery; `undefined` if its order does not matter or cannot be known.
 *
 * @param nowMs Milliseconds since the epoch.
 */
export function positionOf(event: WebhookEvent, nowMs: number, orders: WebhookOrders = {}): Position | undefined {
  const { generation, topic, triggeredAt, payload } = event;
  const cut = topic.lastIndexOf('/');
  const action = generation === 'next' ? (event.action ?? '') : topic.slice(cut + 1);
  const name = generation === 'next' ? `${topic}/${action}` : topic;
  const given = (key: string): WebhookOrder | undefined =>
    Object.hasOwn(orders, key) ? (orders as Readonly<Record<string, WebhookOrder>>)[key] : undefined;
  const order = given(name) ?? given(topic) ?? defaultOrder(event, action);
  const resource = resourceOf(event);
  if (order === undefined || order === 'always' || resource === undefined) return undefined;
  const updatedAt = isRecord(payload) ? payload['updated_at'] : undefined;
  return {
    order,
    family: generation === 'next' ? topic : topic.slice(0, cut),
    resource,
    isEnd: isEnd(action) && fieldOfLiveProduct(event) === undefined,
    updatedAt: typeof updatedAt === 'string' ? updatedAt : null,
    triggeredAt: notAfter(triggeredAt, nowMs),
  };
}

/** A future triggered-at counts as now: headers are not signed, and one delivery could make all later ones stale. */
export function notAfter(time: string | null, nowMs: number): string | null {
  return time !== null && (isoTimeToMs(time) ?? nowMs) > nowMs ? new Date(nowMs).toISOString() : time;
}

/** The fields that a body of `products/delete` may have. */
const deletedFields: readonly string[] = ['id', 'admin_graphql_api_id'];

/**
 * Returns a field of a `products/delete` other than the id, or `undefined`. A real deletion only has the id. With other
 * fields, it is an update that was sent again under another topic, which no signature covers, and must not count as a
 * deletion.
 */
export function fieldOfLiveProduct({ topic, payload }: Pick<WebhookEvent, 'topic'> & { readonly payload: unknown }) {
  if (topic !== 'products/delete' || !isRecord(payload)) return undefined;
  return Object.keys(payload).find((field) => !deletedFields.includes(field));
}

const isEnd = (action: string): boolean => action === 'delete' || action === 'destroy';

/**
 * The default order of a topic. A body of `…/update` is the whole current resource, so only the newest counts; the same
 * goes for stock at a location. A creation is reported once, and skipping it because an update came first would lose
 * it. A next-generation update reports what changed, so none replaces another.
 */
function defaultOrder({ generation, topic }: WebhookEvent, action: string): WebhookOrder {
  if (isEnd(action)) return 'newest';
  if (generation === 'next') return 'until-deleted';
  if (action === 'update' || action === 'updated' || topic.startsWith('inventory_levels/')) return 'newest';
  return action === 'create' ? 'until-deleted' : 'always';
}

function resourceOf({ topic, generation, payload, resourceId }: WebhookEvent): string | undefined {
  if (!isRecord(payload)) return undefined;
  if (generation === 'next') {
    const variables = isRecord(payload['query_variables']) ? Object.values(payload['query_variables']) : [];
    const gids = variables.filter((value) => typeof value === 'string' && value.startsWith(`gid://shopify/${topic}/`));
    // The body is signed, the header is not.
    return idText(gids.length === 1 ? gids[0] : resourceId);
  }
  if (topic.startsWith('inventory_levels/')) {
    const [item, location] = [idText(payload['inventory_item_id']), idText(payload['location_id'])];
    return item !== undefined && location !== undefined ? `${item}.${location}` : undefined;
  }
  return idText(payload['id']) ?? idText(payload['admin_graphql_api_id']);
}

/**
 * `gid://shopify/Product/42` and 42 are the same product. Numbers above 2^53 were rounded by `JSON.parse` and identify
 * nothing.
 */
function idText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  return /^gid:\/\/shopify\/\w+\/([^/]+)$/.exec(value)?.[1] ?? value;
}
