const maxLength = 255;
/** https://shopify.dev/changelog/product-tags-now-have-a-limit-of-250-per-product */
const maxTags = 250;

/** As Shopify keeps them: split at commas, trimmed, once each whatever their case, sorted. */
export function normalTags(entries: readonly string[], report: (message: string) => void): string[] {
  const byFold = new Map<string, string>();
  for (const tag of entries.flatMap((entry) => entry.split(',')).map((entry) => entry.trim())) {
    if (tag !== '' && !byFold.has(tag.toLowerCase())) byFold.set(tag.toLowerCase(), tag);
    if (tag.length > maxLength) report(`Tags cannot be longer than ${maxLength} characters`);
  }
  if (byFold.size > maxTags) report(`A product cannot have more than ${maxTags} tags`);
  return [...byFold].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => tag);
}
