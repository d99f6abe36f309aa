import { allLocations, locationById } from '../graphql/resolvers/locations/find-locations.ts';
import { locationPayload } from '../graphql/resolvers/locations/location-payload.ts';
import { withFields } from './fields.ts';
import { ok, refusals } from './replies.ts';
import { shopPayload } from './shop-payload.ts';
import type { RestEndpoint } from './types.ts';

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
