import type { ErrorCode, ShopwrightError } from '../errors/base.ts';

const codes: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION_FAILED',
  'ACCESS_DENIED',
  'SHOP_UNAVAILABLE',
  'CIRCUIT_OPEN',
  'CONFIG_INVALID',
]);

/** Whether an error is about the shop or the token, so that every other product would meet it as well. */
export function isShopWide(error: ShopwrightError): boolean {
  return codes.has(error.code);
}
