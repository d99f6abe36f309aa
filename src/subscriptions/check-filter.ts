/**
 * A field and its value, quoted or up to the next space or parenthesis. A backslash takes its meaning from what
 * follows. https://shopify.dev/docs/api/usage/search-syntax
 */
const term = /([\w.]+):(?:[<>]=?)?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s()\\])*)/gs;

/** Fields that a filter such as `status:active AND variants.price:>=10` asks for. */
function filterFields(filter: string): string[] {
  return [...new Set([...filter.matchAll(term)].map(([, field = '']) => field))];
}

/**
 * What is wrong with a filter and how to mend it; `undefined` where nothing is.
 * https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
 */
export function filterProblem(
  filter: string | undefined,
  topic: unknown,
  includeFields: readonly string[],
): string | undefined {
  const fields = filterFields(filter ?? '');
  if (typeof topic === 'string' && topic.startsWith('metaobjects/') && !fields.includes('type')) {
    return 'must name the type of metaobjects, such as type:lookbook: Shopify takes this topic with it only';
  }
  if (filter === undefined) return undefined;
  if (filter.trim() === '') return 'is empty: leave it out';
  if (fields.length === 0) return 'names no field: write terms such as status:active, joined by AND, OR and NOT';
  if (includeFields.length === 0) return undefined;
  const missing = fields.filter((field) => !isIncluded(field, includeFields));
  if (missing.length === 0) return undefined;
  return `asks for ${missing.join(', ')}, which the payload would not hold, so that nothing would ever be delivered: add to includeFields`;
}

function isIncluded(field: string, includeFields: readonly string[]): boolean {
  return includeFields.some((included) => field === included || field.startsWith(`${included}.`));
}
