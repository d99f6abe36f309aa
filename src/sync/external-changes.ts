import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import type { Turns } from '../internal/keyed-mutex.ts';
import { compareIsoTimes } from '../internal/time.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { contentHash } from './content-hash.ts';
import { contradictsPush } from './contradicts-push.ts';
import { exactId } from './exact-id.ts';
import { isPushedElsewhere, readAfterPush } from './push-elsewhere.ts';

/** The part of a verified webhook that is needed here. */
export interface ProductWebhook {
  /** `products/update` or `products/delete`. */
  readonly topic: string;
  readonly shop: string;
  /** Shopify's body, parsed. */
  readonly payload: unknown;
  /** The body's bytes. Without them, a `products/delete` of an id above 2^53 is ignored, since parsing has rounded it. */
  readonly rawBody?: Uint8Array;
}

/** What a product webhook meant for our record. */
export type WebhookEffect =
  /** No product of ours. */
  | 'unknown-product'
  /** Our own push, something older than what we know, or nothing new in what a push says: nothing to do. */
  | 'not-newer'
  /** Somebody else changed the product; the record knows when. */
  | 'changed-outside'
  | 'deleted'
  /** Not a product topic, or a body without a product id. */
  | 'ignored';

/** How a product webhook is applied. */
export interface ApplyWebhookOptions {
  /** Changes nothing, and tells what the webhook means. Default `false`. */
  readonly dryRun?: boolean;
}

/**
 * Brings the sync record of a webhook's product up to date, after a push of that product that is on its
 * way. Safe to call twice with the same webhook.
 */
export async function applyProductWebhook(
  records: SyncRecordStore,
  webhook: ProductWebhook,
  { inTurn, clock }: { readonly inTurn: Turns; readonly clock: Clock },
  { dryRun = false }: ApplyWebhookOptions = {},
): Promise<WebhookEffect> {
  const { shop, topic, payload } = webhook;
  const gid = productGid(webhook);
  if ((topic !== 'products/delete' && topic !== 'products/update') || gid === undefined) return 'ignored';

  const found = await records.getByGid(shop, gid);
  if (!found) return 'unknown-product';
  return inTurn(found.localId, async () => {
    const record = await readAfterPush(() => records.get(shop, found.localId), clock);
    if (record?.gid !== gid) return 'unknown-product';
    if (topic === 'products/delete') {
      if (!dryRun) await records.put({ ...record, status: 'deleted_in_shopify' });
      return 'deleted';
    }
    // That push writes the whole record at its end: what is written now would be lost, or take what the push writes away.
    const isLeftAlone = dryRun || isPushedElsewhere(record, clock);
    return applyUpdate(isLeftAlone ? undefined : records, record, payload);
  });
}

/**
 * The echo of a push has the time that the push was answered with. What Shopify does by itself after that (pictures that
 * become ready, stock) has later times and the same content, which is remembered for that.
 */
async function applyUpdate(
  records: SyncRecordStore | undefined,
  record: SyncRecord,
  payload: unknown,
): Promise<WebhookEffect> {
  const updatedAt = isRecord(payload) ? payload['updated_at'] : undefined;
  if (!isRecord(payload) || typeof updatedAt !== 'string') return 'not-newer';
  // Webhooks write times with the shop's own offset, the Admin API in UTC.
  const order = record.shopifyUpdatedAt === null ? 1 : compareIsoTimes(updatedAt, record.shopifyUpdatedAt);
  if (order === undefined || order < 0) return 'not-newer';
  const seen = contentOf(payload);
  const isSeen = seen !== undefined && record.parts?.['webhook'] === seen;
  if (order === 0 && (isSeen || seen === undefined)) return 'not-newer';
  // Times have whole seconds. Whether somebody else's change was before the push, which has undone it, or after it, the
  // next delivery tells: what is not remembered here is a change then.
  if (order === 0 && record.status === 'synced' && contradictsPush(payload, record.lastSyncData)) return 'not-newer';
  const parts = seen === undefined ? record.parts : { ...record.parts, webhook: seen };
  await records?.put({ ...record, shopifyUpdatedAt: updatedAt, parts });
  return order === 0 || isSeen ? 'not-newer' : 'changed-outside';
}

const productFields = ['title', 'body_html', 'vendor', 'product_type', 'handle', 'status', 'tags', 'template_suffix'];

const variantFields = ['id', 'title', 'price', 'compare_at_price', 'sku', 'barcode', 'position', 'taxable', 'grams'];

/**
 * Hash of what a merchant can change of a product and a push can say, without stock, times and what belongs to pictures.
 * `undefined` where a subscription leaves that out of the body: then every newer time is a change.
 */
function contentOf(payload: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof payload['title'] !== 'string' || !Array.isArray(payload['variants'])) return undefined;
  const pick = (from: unknown, fields: readonly string[]): unknown =>
    isRecord(from) ? fields.map((field) => from[field] ?? null) : null;
  const pickAll = (list: unknown, fields: readonly string[]): unknown =>
    Array.isArray(list) ? list.map((entry) => pick(entry, fields)) : null;
  return contentHash([
    pick(payload, productFields),
    pickAll(payload['options'], ['name', 'position', 'values']),
    pickAll(payload['variants'], variantFields),
    // Its pictures by place; their addresses change when they become ready.
    pickAll(payload['images'], ['position', 'alt']),
  ]);
}

/** The gid of a product webhook's product. */
export function productGid({ payload, rawBody }: Pick<ProductWebhook, 'payload' | 'rawBody'>): string | undefined {
  const gid = isRecord(payload) ? payload['admin_graphql_api_id'] : undefined;
  if (typeof gid === 'string') return gid;
  // A products/delete body holds nothing but the number.
  const id = exactId(payload, 'id', rawBody);
  return id === undefined ? undefined : `gid://shopify/Product/${id}`;
}
