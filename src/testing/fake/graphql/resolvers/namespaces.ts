/** Number of the app that all calls come from, as it stands in reserved namespaces. */
const appNumber = 1001;

/**
 * The namespace as it is stored: `$app` and `$app:foo` stand for the app's own, and so does none.
 * https://shopify.dev/docs/apps/build/custom-data/ownership
 */
export function resolveNamespace(namespace: string | null | undefined): string {
  const own = `app--${appNumber}`;
  if (!namespace || namespace === '$app') return own;
  return namespace.startsWith('$app:') ? `${own}--${namespace.slice('$app:'.length)}` : namespace;
}

/** Whether a namespace is the app's own. */
export function isOwnNamespace(namespace: string): boolean {
  const own = `app--${appNumber}`;
  return namespace === own || namespace.startsWith(`${own}--`);
}

/** Whether a namespace belongs to Shopify or to another app. */
export function isReserved(namespace: string): boolean {
  if (isOwnNamespace(namespace)) return false;
  return namespace.startsWith('app--') || namespace === 'shopify' || namespace.startsWith('shopify--');
}
