import { refuse } from './refusals.ts';

/**
 * A host of shops besides `myshopify.com`. `admin.shopify.com` allows the admin's address,
 * `admin.shopify.com/store/acme`. The other two are Shopify's own development hosts.
 */
export type OtherShopHost = 'myshopify.io' | 'shop.dev' | 'admin.shopify.com';

/** Options of `verifyShop`. */
export interface VerifyShopOptions {
  /** Hosts to accept besides `….myshopify.com`. Pass only those from which your app is reached. Default: none. */
  readonly otherHosts?: readonly OtherShopHost[] | undefined;
}

/**
 * Why a shop was refused.
 *
 * - `shop-missing`: the text is missing or empty.
 * - `shop-invalid`: it is not exactly one shop's domain.
 * - `shop-host-not-allowed`: the shop's host is not in `otherHosts`.
 */
export type ShopRefusal = 'shop-missing' | 'shop-invalid' | 'shop-host-not-allowed';

/** Result of `verifyShop`; check `ok`. */
export type ShopVerification =
  | {
      readonly ok: true;
      /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
      readonly shop: string;
    }
  | {
      readonly ok: false;
      readonly reason: ShopRefusal;
      /** What is wrong and how to fix it. Does not repeat the input. */
      readonly message: string;
    };

/** The whole text, or nothing. A part of a host name has at most 63 characters (RFC 1035). */
const domainPattern = /^[a-z0-9][a-z0-9-]{0,62}\.(myshopify\.com|myshopify\.io|shop\.dev)$/i;

const adminPattern = /^admin\.shopify\.com\/store\/([a-z0-9][a-z0-9-]{0,62})$/i;

/**
 * Verifies a shop from an untrusted source, such as the `shop` parameter of an install link. It must be exactly a
 * domain like `acme.myshopify.com`: no protocol, port, path, user or white space, and no host that only looks like
 * Shopify's. Never throws, whatever the input.
 *
 * For a shop from your own configuration, use `parseShopDomain` of `shopwright/config`, which also accepts shorter
 * forms.
 *
 * @example
 * ```ts
 * const verified = verifyShop(new URL(request.url).searchParams.get('shop'));
 * if (!verified.ok) return new Response(verified.message, { status: 400 });
 * ```
 */
export function verifyShop(shop: string | null | undefined, options?: VerifyShopOptions): ShopVerification {
  if (shop === undefined || shop === null || shop === '') return refuse('shop-missing');
  if (typeof shop !== 'string') return refuse('shop-invalid');
  const domain = domainPattern.exec(shop);
  const admin = domain ? null : adminPattern.exec(shop);
  const host = domain?.[1]?.toLowerCase() ?? (admin ? 'admin.shopify.com' : undefined);
  if (host === undefined) return refuse('shop-invalid');
  if (host !== 'myshopify.com' && !isAllowed(host, options)) return refuse('shop-host-not-allowed');
  return { ok: true, shop: (admin ? `${admin[1]}.myshopify.com` : shop).toLowerCase() };
}

function isAllowed(host: string, options: unknown): boolean {
  try {
    const otherHosts: unknown = (options as VerifyShopOptions | undefined)?.otherHosts;
    return Array.isArray(otherHosts) && otherHosts.includes(host);
  } catch {
    // Reading an untyped caller's options can throw; such options allow no other host.
    return false;
  }
}
