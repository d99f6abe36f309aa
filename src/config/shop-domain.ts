/** The result of `parseShopDomain`. */
export type ParsedShopDomain =
  | {
      readonly ok: true;
      /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
      readonly domain: string;
    }
  | {
      readonly ok: false;
      /** How to fix it. Does not repeat the input. */
      readonly message: string;
    };

/**
 * Matches the whole text: the regular expression in Shopify's documentation lacks its end anchor and accepts
 * `acme.myshopify.com.evil.com`. A part of a host name has at most 63 characters (RFC 1035).
 */
const pattern =
  /^(?:https:\/\/([a-z0-9][a-z0-9-]{0,62})\.myshopify\.com\/?|([a-z0-9][a-z0-9-]{0,62})(?:\.myshopify\.com)?)$/i;

const expected = 'use the shop as `acme`, `acme.myshopify.com` or `https://acme.myshopify.com`';

const fix = (text: string): string => {
  if (text.trim() !== text) return `${expected}, without white space around it`;
  if (/^http:/i.test(text)) return `${expected}, with https`;
  if (/^https:\/\/admin\.shopify\.com/i.test(text))
    return `${expected}: the name after /store/ in the address of the admin`;
  if (/^[^/]*\.myshopify\.com[/:?#]/i.test(text.replace(/^https:\/\//i, '')))
    return `${expected}, without path, port or query`;
  return `${expected}; custom domains do not work for the API`;
};

/**
 * Returns a shop's domain from any spelling: in any case, with any protocol and trailing slash, and without
 * `.myshopify.com`. Text that is not a shop is returned unchanged. Use it for names in stores only, and
 * `parseShopDomain` for the address of calls.
 */
export function shopNameOf(text: string): string {
  const parsed = parseShopDomain(text.trim().replace(/^https?:\/\//i, 'https://'));
  return parsed.ok ? parsed.domain : text;
}

/**
 * Parses a shop's domain: `acme`, `acme.myshopify.com` or `https://acme.myshopify.com` (optionally with a trailing
 * slash), in any case. Anything else is refused, since the access token is sent to that host.
 *
 * @example
 * ```ts
 * const parsed = parseShopDomain('https://Acme.myshopify.com/');
 * if (parsed.ok) console.log(parsed.domain); // acme.myshopify.com
 * ```
 */
export function parseShopDomain(text: string): ParsedShopDomain {
  if (typeof text !== 'string') return { ok: false, message: expected };
  const match = pattern.exec(text);
  const name = match?.[1] ?? match?.[2];
  if (name === undefined) return { ok: false, message: fix(text) };
  return { ok: true, domain: `${name.toLowerCase()}.myshopify.com` };
}
