import { type ErrorCode, isShopwrightError, type ShopwrightError } from '../../errors/errors.ts';
import type { SyncRecord } from '../../ports/sync-record-store.ts';

/** The field in the error for a product with a known gid that the shop no longer has. */
export const goneField = 'gid';

/** An error as stored in a record. */
export function lastErrorOf({ code, message }: ShopwrightError): NonNullable<SyncRecord['lastError']> {
  return { code, message };
}

/** What a failed push writes to the record. */
export function failure(error: ShopwrightError, gid: string | null): Pick<SyncRecord, 'status' | 'lastError'> {
  const lastError = lastErrorOf(error);
  // An error that concerns the shop says nothing about the product.
  if (isShopWide(error)) return { status: 'pending', lastError };
  return { status: gid !== null && saysGone(error) ? 'deleted-in-shopify' : 'failed', lastError };
}

/**
 * Whether an error means that the product does not exist: from a read, or from a mutation after somebody deleted it.
 */
function saysGone(error: ShopwrightError): boolean {
  if (isShopwrightError(error, 'VALIDATION_FAILED')) return error.issues.some(({ field }) => field === goneField);
  if (!isShopwrightError(error, 'USER_ERROR')) return false;
  return error.userErrors.some(
    ({ code, message }) => goneCodes.has(code) || (code == null && message === 'Product does not exist'),
  );
}

/** Shopify's codes for an identifier whose product is gone. */
const goneCodes: ReadonlySet<string | null | undefined> = new Set(['NOT_FOUND', 'PRODUCT_DOES_NOT_EXIST']);

const shopWideCodes: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION_FAILED',
  'ACCESS_DENIED',
  'IP_NOT_ALLOWED',
  'SHOP_UNAVAILABLE',
  'CIRCUIT_OPEN',
  'CONFIG_INVALID',
]);

/** Whether an error concerns the shop or the token, so that every other product would fail too. */
export function isShopWide(error: ShopwrightError): boolean {
  return shopWideCodes.has(error.code);
}
