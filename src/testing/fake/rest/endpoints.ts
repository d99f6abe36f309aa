import { inventoryEndpoints } from './inventory-levels.ts';
import { productEndpoints } from './products.ts';
import { shopEndpoints } from './shop.ts';
import type { RestEndpoint } from './types.ts';
import { variantEndpoints } from './variants.ts';

/** The endpoint of a request, or only the kind of path where the method is not simulated. */
export interface FoundEndpoint {
  /** The kind of path, such as `products/{id}.json`. */
  readonly name: string;
  readonly ids: readonly string[];
  readonly endpoint: RestEndpoint | undefined;
}

const endpoints: readonly RestEndpoint[] = [
  ...productEndpoints,
  ...variantEndpoints,
  ...inventoryEndpoints,
  ...shopEndpoints,
];

const patterns = [...new Set(endpoints.map(({ path }) => path))].map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('{id}', '([^/]+?)')}$`),
}));

/** The endpoint for what follows the version in a path; `undefined` where no method of it is simulated. */
export function findEndpoint(method: string, resource: string): FoundEndpoint | undefined {
  for (const { path, pattern } of patterns) {
    const match = pattern.exec(resource);
    if (!match) continue;
    const endpoint = endpoints.find((candidate) => candidate.path === path && candidate.method === method);
    return { name: path, ids: match.slice(1), endpoint };
  }
  return undefined;
}
