/** `write_products` grants `read_products` too; so do `unauthenticated_write_…` and `customer_write_…`. */
// @ts-nocheck

const readOf = (scope: string): string => scope.replace(/^((?:unauthenticated_|customer_)?)write_/, '$1read_');

/**
 * The scopes among those required that were not granted. A scope to write grants the one to read.
 *
 * Source: https://shopify.dev/docs/api/usage/access-scopes
 */
export function missingScopes(required: Iterable<string>, granted: Iterable<string>): readonly string[] {
  const held = new Set<string>();
  for (const scope of granted) held.add(scope).add(readOf(scope));
  return [...new Set(required)].filter((scope) => !held.has(scope));
}
