import { isRecord, type JsonObject } from '../internal/json.ts';

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
export function contradictsPush(payload: JsonObject, lastSyncData: JsonObject | null): boolean {
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
