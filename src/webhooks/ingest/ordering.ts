import { isRecord } from '../../internal/json.ts';
import type { WebhookEvent, WebhookOrder } from '../events.ts';

/** What a delivery says about the order of things. */
export interface Place {
  readonly order: Exclude<WebhookOrder, 'always'>;
  /** Topics of one family tell of the same resources, such as `products`. */
  readonly family: string;
  /** The resource's id within the family. */
  readonly resource: string;
  /** Whether the resource is gone after this. */
  readonly isEnd: boolean;
  /** ISO times; `null` where the delivery has none. */
  readonly updatedAt: string | null;
  readonly triggeredAt: string | null;
}

const isEnd = (action: string): boolean => action === 'delete' || action === 'destroy';

/**
 * The order of a topic nobody has set one for. A body of `…/update` is the whole resource as it is, so only the newest
 * counts; the same goes for stock at a location, which comes and goes. What was created is told once, and skipping it
 * because an update came first would lose it. A next-generation update tells what changed, and none replaces another.
 */
function defaultOrder({ generation, topic }: WebhookEvent, action: string): WebhookOrder {
  if (isEnd(action)) return 'newest';
  if (generation === 'next') return 'until-deleted';
  if (action === 'update' || action === 'updated' || topic.startsWith('inventory_levels/')) return 'newest';
  return action === 'create' ? 'until-deleted' : 'always';
}

/** `gid://shopify/Product/42` and 42 are the same product. `JSON.parse` has rounded numbers above 2^53: they tell none. */
function idText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  return /^gid:\/\/shopify\/\w+\/([^/]+)$/.exec(value)?.[1] ?? value;
}

function resourceOf({ topic, generation, payload }: WebhookEvent): string | undefined {
  if (!isRecord(payload)) return undefined;
  if (generation === 'next') {
    const variables = isRecord(payload['query_variables']) ? Object.values(payload['query_variables']) : [];
    const gids = variables.filter((value) => typeof value === 'string' && value.startsWith(`gid://shopify/${topic}/`));
    return gids.length === 1 ? idText(gids[0]) : undefined;
  }
  if (topic.startsWith('inventory_levels/')) {
    const [item, location] = [idText(payload['inventory_item_id']), idText(payload['location_id'])];
    return item !== undefined && location !== undefined ? `${item}.${location}` : undefined;
  }
  return idText(payload['id']) ?? idText(payload['admin_graphql_api_id']);
}

/** The place of a delivery among those of its resource; `undefined` where its order does not matter or cannot be known. */
export function placeOf(event: WebhookEvent, orders: Readonly<Record<string, WebhookOrder>> = {}): Place | undefined {
  const { generation, topic, triggeredAt, payload } = event;
  const cut = topic.lastIndexOf('/');
  const action = generation === 'next' ? (event.action ?? '') : topic.slice(cut + 1);
  const full = generation === 'next' ? `${topic}/${action}` : topic;
  const order = Object.hasOwn(orders, full) ? orders[full] : defaultOrder(event, action);
  const resource = resourceOf(event);
  if (order === undefined || order === 'always' || resource === undefined) return undefined;
  const updatedAt = isRecord(payload) ? payload['updated_at'] : undefined;
  return {
    order,
    family: generation === 'next' ? topic : topic.slice(0, cut),
    resource,
    isEnd: isEnd(action),
    updatedAt: typeof updatedAt === 'string' ? updatedAt : null,
    triggeredAt,
  };
}
