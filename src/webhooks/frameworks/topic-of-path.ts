/** Paths that are shorter than the topic's name, or more usual. */
const shortPaths: Readonly<Record<string, string>> = {
  'product/create': 'products/create',
  'product/update': 'products/update',
  'product/delete': 'products/delete',
  'inventory/update': 'inventory_levels/update',
};

/**
 * The topic that a path below the webhooks' own stands for: `product/update`, or any topic's wire name.
 * `undefined` for the bare path, which takes every topic; `null` for one that stands for none.
 */
export function topicOfPath(path: string): string | undefined | null {
  // Split and not trimmed by a pattern: a path of nothing but slashes would make a pattern slow.
  const name = path.split('/').filter(Boolean).join('/');
  if (name === '') return undefined;
  if (Object.hasOwn(shortPaths, name)) return shortPaths[name];
  return /^[a-z_]+[/.][a-z_]+$/.test(name) ? name : null;
}
