/** Shopify's global id, such as `gid://shopify/Product/123`. */
export type Gid = `gid://shopify/${string}`;

/** A decimal number as a string, such as `"12.50"`, so that no digit is lost. */
export type Decimal = string;

/** An amount of money as a decimal string, without its currency. */
export type Money = string;

/** A point in time in ISO 8601 with time zone, such as `"2026-10-01T17:00:00Z"`. */
export type DateTime = string;

/** A day in ISO 8601, such as `"2026-10-01"`. */
export type DateString = string;

/** An absolute URL (RFC 3986). */
export type UrlString = string;

/** A whole number as a string, because it can be larger than a JavaScript number can represent exactly. */
export type BigIntString = string;
