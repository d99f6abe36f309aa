/** A `Count`: exact up to the limit, then at least that many. `null` is no limit. */
export function countUpTo(
  count: number,
  limit: number | null = null,
): { readonly count: number; readonly precision: string } {
  return limit !== null && count > limit ? { count: limit, precision: 'AT_LEAST' } : { count, precision: 'EXACT' };
}
