import { ValidationError } from '../../errors/errors.ts';
import { sleep } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, type JsonObject, parseExactJson } from '../../internal/json.ts';
import type { KeyedMutex } from '../../internal/keyed-mutex.ts';
import { compareIsoTimes } from '../../internal/time.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { fieldOfLiveProduct } from '../../webhooks/ingest/ordering.ts';
import type { DriftPolicy } from '../plan/plan.ts';
import { contentHash, type FactEntries, readBase, tagKey } from '../plan/product-facts.ts';
import type { ProductCheck } from './repair.ts';

/** The part of a verified webhook that `applyWebhook` needs. */
export interface ProductWebhook {
  /** `products/update` or `products/delete`. */
  readonly topic: string;
  readonly shop: string;
  /** The body, parsed. */
  readonly payload: unknown;
  /**
   * The bytes of the body. Without them, a `products/delete` with an id above 2^53 is ignored, because parsing rounds
   * the id.
   */
  readonly rawBody?: Uint8Array;
}

/** What a product webhook means for the sync record. */
export type WebhookOutcome =
  /** The product is not synced. */
  | 'unknown-product'
  /** Our own push, a change older than what is known, or nothing new in the fields that a push sends. */
  | 'not-newer'
  /** Somebody else changed the product; the record notes when. */
  | 'changed-externally'
  /** Somebody else changed what a push wrote, and it was restored, because `onDrift` is `ours`. */
  | 'put-back'
  /** The product was deleted in Shopify. */
  | 'deleted'
  /** Not a product topic, or a body without a product id. */
  | 'ignored';

/** How a product webhook is applied. */
export interface ApplyWebhookOptions {
  /** Changes nothing, and returns what the webhook means. Default `false`. */
  readonly dryRun?: boolean;
  /**
   * What to do with a change that somebody else made. `report` (default): note it in the record. `ours`: restore the
   * values of the last push. `theirs`: accept the shop's values, so that `reconcile` does not find them again.
   */
  readonly onDrift?: DriftPolicy;
  /**
   * Called once with the effect of the webhook, before the shop or the record is changed; awaited. If it throws,
   * neither is changed.
   */
  readonly onEffect?: (effect: WebhookOutcome, product: { readonly localId: string; readonly gid: string }) => unknown;
}

/**
 * Updates the sync record of a webhook's product, once a push of that product in progress has ended. Safe to call twice
 * with the same webhook.
 *
 * @throws ValidationError for a `products/delete` with the fields of a product: the body of a real deletion is only an
 * id.
 */
export async function applyProductWebhook(
  records: SyncRecordStore,
  webhook: ProductWebhook,
  { mutex, clock, repair }: WebhookContext,
  { dryRun = false, onDrift = 'report', onEffect }: ApplyWebhookOptions = {},
): Promise<WebhookOutcome> {
  const { shop, topic, payload } = webhook;
  const gid = productGid(webhook);
  if ((topic !== 'products/delete' && topic !== 'products/update') || gid === undefined) return 'ignored';
  const field = fieldOfLiveProduct(webhook);
  if (field !== undefined) {
    const message =
      'belongs to an existing product, so nothing was done. Somebody may have replayed an old body with other headers.';
    throw new ValidationError(`The webhook ${topic} is invalid`, { issues: [{ field, message }], shop });
  }

  const found = await records.getByGid(shop, gid);
  if (!found) return 'unknown-product';
  const { localId } = found;
  const write = async (record: SyncRecord, changes: Partial<SyncRecord>): Promise<boolean> => {
    const { version } = record;
    return mutex.run(localId, () => records.putIf({ ...record, ...changes, version: version + 1 }, version));
  };
  let outcome: WebhookOutcome | undefined;
  for (;;) {
    const record = await mutex.run(localId, () => readAfterPush(() => records.get(shop, localId), clock));
    if (record?.gid !== gid) return outcome ?? 'unknown-product';
    const { effect, changes } =
      topic === 'products/delete'
        ? ({ effect: 'deleted', changes: { status: 'deleted-in-shopify' } } as const)
        : effectOfUpdate(record, payload);
    const isDecided = outcome !== undefined;
    outcome ??= effect;
    // Outside the product's turn, because the host may push the product here.
    if (!isDecided) await onEffect?.(effect, { localId, gid });
    if (!isDecided && !dryRun && effect === 'changed-externally' && onDrift !== 'report')
      outcome = outcomeOf(await repair(localId, onDrift), onDrift);
    // A push that takes that long compares with the shop itself.
    const isLeftAlone = dryRun || (effect !== 'deleted' && isPushedElsewhere(record, clock));
    if (isLeftAlone || !changes) return outcome;
    // If the record was changed meanwhile, such as by a push, the webhook may mean something else for it: check again.
    if (await write(record, changes)) return outcome;
  }
}

/** What applying product webhooks needs. */
interface WebhookContext {
  readonly mutex: KeyedMutex;
  readonly clock: Clock;
  readonly repair: (localId: string, onDrift: DriftPolicy) => Promise<ProductCheck>;
}

/** @throws The error that stopped a repair, so that the delivery is retried. */
function outcomeOf(check: ProductCheck, onDrift: DriftPolicy): WebhookOutcome {
  if (typeof check === 'object' && check.error) throw check.error;
  return onDrift === 'ours' && typeof check === 'object' && check.kind === 'edited' && check.isRepaired
    ? 'put-back'
    : 'changed-externally';
}

/** What a webhook means, and its changes to the record. */
interface Effect {
  readonly effect: WebhookOutcome;
  readonly changes?: Partial<SyncRecord>;
}

/** Milliseconds after which the process of a push that has not ended is taken for dead. */
const longestPushMs = 60_000;

/**
 * Milliseconds to wait for the end of a push. Twice this must fit into the five seconds that Shopify waits for a
 * response.
 */
const patienceMs = 1_500;

const pollMs = 250;

/** Reads a record after the push of another process has ended or has taken too long. */
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

/**
 * Whether another process is pushing the product: pushes of this process have ended before the mutex admits a webhook.
 */
function isPushedElsewhere({ status, lastAttemptAt }: SyncRecord, clock: Clock): boolean {
  return status === 'syncing' && lastAttemptAt !== null && clock.now() - lastAttemptAt < longestPushMs;
}

/**
 * The echo of a push has the same time as the response to the push. What Shopify does by itself afterwards (images
 * becoming ready, stock) has a later time but the same content, so the content is remembered.
 */
function effectOfUpdate(record: SyncRecord, payload: unknown): Effect {
  const nothingNew: Effect = { effect: 'not-newer' };
  const updatedAt = isRecord(payload) ? payload['updated_at'] : undefined;
  if (!isRecord(payload) || typeof updatedAt !== 'string') return nothingNew;
  // Webhooks write times with the shop's own offset, the Admin API in UTC.
  const order = record.shopifyUpdatedAt === null ? 1 : compareIsoTimes(updatedAt, record.shopifyUpdatedAt);
  if (order === undefined || order < 0) return nothingNew;
  const seen = contentOf(payload);
  const isSeen = seen !== undefined && record.parts?.['webhook'] === seen;
  if (order === 0 && (isSeen || seen === undefined)) return nothingNew;
  // Times have whole seconds, so somebody else's change may have come before the push, which has overwritten it, or
  // after it. The next delivery shows which: content that is not remembered here counts as a change then.
  if (order === 0 && record.status === 'synced' && contradictsPush(payload, record.lastSyncData)) return nothingNew;
  const parts = seen === undefined ? record.parts : { ...record.parts, webhook: seen };
  const changes = { shopifyUpdatedAt: updatedAt, parts };
  return { effect: order === 0 || isSeen ? 'not-newer' : 'changed-externally', changes };
}

const productFields = ['title', 'body_html', 'vendor', 'product_type', 'handle', 'status', 'tags', 'template_suffix'];

const variantFields = ['id', 'title', 'price', 'compare_at_price', 'sku', 'barcode', 'position', 'taxable', 'grams'];

/**
 * Hash of everything that both a merchant and a push can change: no stock, no times, no image URLs. `undefined` if the
 * subscription leaves those fields out: then every newer time is a change.
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
    // Images by position: their URLs change when they become ready.
    pickAll(payload['images'], ['position', 'alt']),
  ]);
}

/**
 * Whether a webhook's body cannot be the echo of a push: its title, vendor, type, status, tags or prices differ from
 * those that the push sent. Only values that Shopify stores unchanged are compared, so `false` does not prove that it
 * is the echo.
 *
 * @param lastSyncData The data of the push in the sync record.
 */
function contradictsPush(payload: JsonObject, lastSyncData: JsonObject | null): boolean {
  const facts = readBase(lastSyncData)?.facts;
  if (!facts) return false;
  const { title, vendor, productType, status } = facts.product?.[''] ?? {};
  return (
    differs(title, payload['title']) ||
    differs(vendor, payload['vendor']) ||
    differs(productType, payload['product_type']) ||
    statusDiffers(status, payload['status']) ||
    lacksTags(facts.tags, payload['tags']) ||
    pricesDiffer(facts.variants, payload['variants'])
  );
}

const differs = (sent: unknown, received: unknown): boolean => {
  const expected = expectedText(sent);
  return expected !== undefined && typeof received === 'string' && received.trim() !== expected;
};

/** The text expected in a webhook for a text that a push sent; `undefined` if it cannot be predicted. */
function expectedText(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || sent.trim() === '' || sent.includes('[redacted]')) return undefined;
  return sent.trim();
}

/**
 * Webhooks have the status in lower case, the Admin API in upper case. How webhooks write UNLISTED is not documented.
 */
function statusDiffers(sent: unknown, received: unknown): boolean {
  return sent !== 'UNLISTED' && differs(sent, typeof received === 'string' ? received.toUpperCase() : undefined);
}

/** Whether a tag that a push has set is missing. Other tags are ignored. */
function lacksTags(sent: FactEntries | undefined, received: unknown): boolean {
  if (!sent || typeof received !== 'string') return false;
  const there = new Set(received.split(',').map(tagKey));
  return Object.keys(sent).some((tag) => !tag.includes('[redacted]') && !there.has(tag));
}

/** Compares prices by SKU. Another number of decimals, or rounding to cents, is not a difference. */
function pricesDiffer(sent: FactEntries | undefined, received: unknown): boolean {
  if (!sent || !Array.isArray(received)) return false;
  const priceOf = new Map(received.filter(isRecord).map(({ sku, price }) => [sku, price]));
  return Object.values(sent).some(({ sku, price }) => {
    const now = typeof sku === 'string' ? priceOf.get(sku) : undefined;
    return typeof now === 'string' && typeof price === 'string' && Math.abs(Number(now) - Number(price)) >= 0.01;
  });
}

/** The gid of a product webhook's product. */
export function productGid({ payload, rawBody }: Pick<ProductWebhook, 'payload' | 'rawBody'>): string | undefined {
  const gid = isRecord(payload) ? payload['admin_graphql_api_id'] : undefined;
  if (typeof gid === 'string') return gid;
  // The body of products/delete contains only the number.
  const id = exactId(payload, 'id', rawBody);
  return id === undefined ? undefined : `gid://shopify/Product/${id}`;
}

/**
 * The digits of a numeric id in a webhook's body. `JSON.parse` rounds numbers above 2^53, possibly to the id of
 * something else: those are read from the bytes, and are `undefined` without them.
 */
export function exactId(payload: unknown, field: string, rawBody: Uint8Array | undefined): string | undefined {
  if (!isRecord(payload)) return undefined;
  const value = payload[field];
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !rawBody) return digitsOf(value);
  try {
    const exact = parseExactJson(new TextDecoder().decode(rawBody));
    return isRecord(exact) ? digitsOf(exact[field]) : undefined;
  } catch {
    // If the bytes are not JSON, they do not belong to this payload.
    return undefined;
  }
}

function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return digitsOf(String(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}
