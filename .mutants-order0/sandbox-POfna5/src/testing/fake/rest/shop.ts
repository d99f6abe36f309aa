// @ts-nocheck
import type { ShopInfo } from '../graphql/context.ts';
import { stableGid } from '../graphql/gid.ts';
import { allLocations, locationById } from '../graphql/resolvers/find-entities.ts';
import { idOf, locationPayload } from '../webhooks/resource-payloads.ts';
import { type Json, ok, type RestEndpoint, refusals, withFields } from './replies.ts';

/** `shop.json`, and where the shop stocks its goods. */
export const shopEndpoints: readonly RestEndpoint[] = [
  {
    method: 'GET',
    path: 'shop.json',
    answer: ({ query, unit }) => {
      return ok({ shop: withFields(shopPayload(unit.shop, unit.info), query.get('fields')) });
    },
  },
  {
    method: 'GET',
    path: 'locations.json',
    scope: 'read_locations',
    answer: ({ unit }) => ok({ locations: allLocations(unit).map(locationPayload) }),
  },
  {
    method: 'GET',
    path: 'locations/{id}.json',
    scope: 'read_locations',
    answer: ({ ids: [id], unit }) => {
      const location = locationById(unit, `gid://shopify/Location/${id}`);
      return location ? ok({ location: locationPayload(location) }) : refusals.notFound;
    },
  },
];

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
