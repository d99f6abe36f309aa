import type { ShopInfo } from '../graphql/context.ts';
import { stableGid } from '../graphql/gid.ts';
import { idOf } from '../webhooks/product-payload.ts';
import type { Json } from './types.ts';

const planNames = { standard: 'basic', advanced: 'unlimited', plus: 'shopify_plus' } as const;

/** A shop in the shape of REST, and of the topic `app/uninstalled`. */
export function shopPayload(domain: string, { name, plan, currencyCode = 'USD' }: ShopInfo): Json {
  return {
    id: idOf(stableGid('Shop', domain)),
    name,
    email: 'owner@shop.example',
    domain,
    myshopify_domain: domain,
    currency: currencyCode,
    plan_name: planNames[plan],
    plan_display_name: planNames[plan],
    primary_locale: 'en',
    iana_timezone: 'Etc/UTC',
    timezone: '(GMT+00:00) UTC',
    country_code: 'US',
    enabled_presentment_currencies: [currencyCode],
  };
}
