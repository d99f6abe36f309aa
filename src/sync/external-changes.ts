import { sleep } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord, type JsonObject, parseExactJson } from '../internal/json.ts';
import type { KeyedMutex } from '../internal/keyed-mutex.ts';
import { compareIsoTimes } from '../internal/time.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { contentHash } from './product-input.ts';

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
export type WebhookOutcome =
  /** No product of ours. */
  | 'unknown-product'
  /** Our own push, something older than what we know, or nothing new in what a push says: nothing to do. */
  | 'not-newer'
  /** Somebody else changed the product; the record knows when. */
  | 'changed-externally'
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
  { mutex, clock }: { readonly mutex: KeyedMutex; readonly clock: Clock },
  { dryRun = false }: ApplyWebhookOptions = {},
): Promise<WebhookOutcome> {
  const { shop, topic, payload } = webhook;
  const gid = productGid(webhook);
  if ((topic !== 'products/delete' && topic !== 'products/update') || gid === undefined) return 'ignored';

  const found = await records.getByGid(shop, gid);
  if (!found) return 'unknown-product';
  return mutex.run(found.localId, async () => {
    const record = await readAfterPush(() => records.get(shop, found.localId), clock);
    if (record?.gid !== gid) return 'unknown-product';
    if (topic === 'products/delete') {
      if (!dryRun) await records.put({ ...record, status: 'deleted-in-shopify' });
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
): Promise<WebhookOutcome> {
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
  return order === 0 || isSeen ? 'not-newer' : 'changed-externally';
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

/** What Shopify writes in a webhook for the text that a push said; `undefined` where that cannot be foretold. */
function expectedText(said: unknown): string | undefined {
  if (typeof said !== 'string' || said.trim() === '' || said.includes('[redacted]')) return undefined;
  return said.trim();
}

const differs = (said: unknown, told: unknown): boolean => {
  const expected = expectedText(said);
  return expected !== undefined && typeof told === 'string' && told.trim() !== expected;
};

/** Tags in any order; Shopify knows no case in them. */
const tagSet = (list: string): string =>
  [...new Set(list.split(',').map((tag) => tag.trim().toLowerCase()))].filter(Boolean).sort().join();

function tagsDiffer(said: unknown, told: unknown): boolean {
  if (!Array.isArray(said) || typeof told !== 'string') return false;
  const list = said.join();
  return !list.includes('[redacted]') && tagSet(list) !== tagSet(told);
}

/** Webhooks and the Admin API write the same status in lower and in upper case; how the former write UNLISTED is not told. */
function statusDiffers(said: unknown, told: unknown): boolean {
  return said !== 'UNLISTED' && differs(said, typeof told === 'string' ? told.toUpperCase() : undefined);
}

/** Prices by sku. What has another number of digits, or is rounded by the currency's cents, is the same. */
function pricesDiffer(said: unknown, told: unknown): boolean {
  if (!Array.isArray(said) || !Array.isArray(told)) return false;
  const priceOf = new Map(told.filter(isRecord).map(({ sku, price }) => [sku, price]));
  return said.filter(isRecord).some(({ sku, price }) => {
    const now = typeof sku === 'string' ? priceOf.get(sku) : undefined;
    return typeof now === 'string' && typeof price === 'string' && Math.abs(Number(now) - Number(price)) >= 0.01;
  });
}

/**
 * Whether a webhook's body cannot be the echo of a push: it has another title, vendor, type, status, tags or price than
 * the push said. Only what Shopify keeps as it is said is compared, so `false` is no proof that it is the echo.
 *
 * @param lastSyncData What the sync record keeps of the push.
 */
function contradictsPush(payload: JsonObject, lastSyncData: JsonObject | null): boolean {
  const input = lastSyncData?.['input'];
  if (!isRecord(input)) return false;
  return (
    differs(input['title'], payload['title']) ||
    differs(input['vendor'], payload['vendor']) ||
    differs(input['productType'], payload['product_type']) ||
    statusDiffers(input['status'], payload['status']) ||
    tagsDiffer(input['tags'], payload['tags']) ||
    pricesDiffer(input['variants'], payload['variants'])
  );
}

/** Milliseconds after which a push that has not ended counts as one whose process has died. */
const longestPushMs = 60_000;

/** Milliseconds to wait for its end. Twice this must fit into the five seconds that Shopify waits for an answer. */
const patienceMs = 1_500;

const pollMs = 250;

/** Whether another process pushes the product just now: pushes of this process have ended when a webhook has its turn. */
function isPushedElsewhere({ status, lastAttemptAt }: SyncRecord, clock: Clock): boolean {
  return status === 'syncing' && lastAttemptAt !== null && clock.now() - lastAttemptAt < longestPushMs;
}

/** Reads a record, once the push of another process has ended, or has taken too long. */
async function readAfterPush(
  read: () => Promise<SyncRecord | undefined>,
  clock: Clock,
): Promise<SyncRecord | undefined> {
  const endMs = clock.monotonic() + patienceMs;
  for (;;) {
    const record = await read();
    if (!record || !isPushedElsewhere(record, clock) || clock.monotonic() >= endMs) return record;
    await sleep(clock, pollMs);
  }
}

function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return digitsOf(String(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}

/**
 * The digits of a numeric id in a webhook's body. `JSON.parse` has rounded numbers above 2^53, which then name another
 * thing or none: those are read from the bytes, and name nothing where there are no bytes.
 */
export function exactId(payload: unknown, field: string, rawBody: Uint8Array | undefined): string | undefined {
  if (!isRecord(payload)) return undefined;
  const value = payload[field];
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !rawBody) return digitsOf(value);
  try {
    const exact = parseExactJson(new TextDecoder().decode(rawBody));
    return isRecord(exact) ? digitsOf(exact[field]) : undefined;
  } catch {
    // Bytes that are no JSON are not those of this payload.
    return undefined;
  }
}
