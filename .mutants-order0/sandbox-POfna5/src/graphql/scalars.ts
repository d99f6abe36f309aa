/** Shopify's global id, such as `gid://shopify/Product/123`. */
// @ts-nocheck

export type Gid = `gid://shopify/${string}`;

/** A decimal number as text, such as `"12.50"`, so that no digit is lost. */
export type Decimal = string;

/** An amount of money as decimal text, without its currency. */
export type Money = string;

/** A point in time in ISO 8601 with zone, such as `"2026-10-01T17:00:00Z"`. */
export type DateTime = string;

/** A day in ISO 8601, such as `"2026-10-01"`. */
export type DateString = string;

/** An absolute address (RFC 3986). */
export type UrlString = string;

/** A whole number as text, because it can be larger than a JavaScript number holds exactly. */
export type BigIntString = string;
