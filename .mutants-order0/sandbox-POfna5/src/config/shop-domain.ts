/** What a text says about a shop. */
// @ts-nocheck

export type ParsedShopDomain =
  | {
      readonly ok: true;
      /** Such as `acme.myshopify.com`, in lower case. */
      readonly domain: string;
    }
  | {
      readonly ok: false;
      /** How to fix it. Does not repeat the text. */
      readonly message: string;
    };

/**
 * The whole text, or nothing: the regular expression in Shopify's documentation lacks its end anchor and takes
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
  return `${expected}; no other host can be a shop, and its own domain does not work for the API`;
};

/**
 * A shop's domain however the shop is written: with any case, protocol and closing slash, and without
 * `.myshopify.com`. Text that is no shop comes back as it is. For names in stores; what calls go to is `parseShopDomain`'s.
 */
export function shopNameOf(text: string): string {
  const parsed = parseShopDomain(text.trim().replace(/^https?:\/\//i, 'https://'));
  return parsed.ok ? parsed.domain : text;
}

/**
 * Reads a shop's domain: `acme`, `acme.myshopify.com` or `https://acme.myshopify.com` (there with a closing
 * slash too), in any case. Anything else is refused, since the access token is sent to that host.
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
