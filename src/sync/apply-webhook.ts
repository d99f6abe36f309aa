import { isRecord } from '../internal/json.ts';
import type { SyncRecord, SyncRecordStore } from '../storage/types.ts';
import type { Turns } from './turns.ts';

/** The part of a verified webhook that is needed here. */
export interface ProductWebhook {
  /** `products/update` or `products/delete`. */
  readonly topic: string;
  readonly shop: string;
  /** Shopify's body, parsed. */
  readonly payload: unknown;
}

/** What a product webhook meant for our record. */
export type WebhookEffect =
  /** No product of ours. */
  | 'unknown-product'
  /** Our own push, or something older than what we know: nothing to do. */
  | 'not-newer'
  /** Somebody else changed the product; the record knows when. */
  | 'changed-outside'
  | 'deleted'
  /** Not a product topic, or a body without a product id. */
  | 'ignored';

/**
 * Brings the sync record of a webhook's product up to date, after a push of that product that is on its
 * way. Safe to call twice with the same webhook.
 */
export async function applyProductWebhook(
  records: SyncRecordStore,
  webhook: ProductWebhook,
  inTurn: Turns,
): Promise<WebhookEffect> {
  const { shop, topic, payload } = webhook;
  const gid = productGid(payload);
  if ((topic !== 'products/delete' && topic !== 'products/update') || gid === undefined) return 'ignored';

  const found = await records.getByGid(shop, gid);
  if (!found) return 'unknown-product';
  return inTurn(found.localId, async () => {
    const record = await records.get(shop, found.localId);
    if (record?.gid !== gid) return 'unknown-product';
    if (topic === 'products/delete') {
      await records.put({ ...record, status: 'deleted_in_shopify' });
      return 'deleted';
    }
    const updatedAt = isRecord(payload) ? payload['updated_at'] : undefined;
    if (typeof updatedAt !== 'string' || !isNewer(updatedAt, record)) return 'not-newer';
    await records.put({ ...record, shopifyUpdatedAt: updatedAt });
    return 'changed-outside';
  });
}

function productGid(payload: unknown): string | undefined {
  if (!isRecord(payload)) return undefined;
  const { admin_graphql_api_id: gid, id } = payload;
  if (typeof gid === 'string') return gid;
  // A products/delete body holds nothing but the number.
  return typeof id === 'number' || typeof id === 'string' ? `gid://shopify/Product/${id}` : undefined;
}

/** Webhooks write times with the shop's own offset, the Admin API in UTC: compare the moments, not the texts. */
function isNewer(updatedAt: string, record: SyncRecord): boolean {
  return record.shopifyUpdatedAt === null || Date.parse(updatedAt) > Date.parse(record.shopifyUpdatedAt);
}
