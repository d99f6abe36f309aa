/** One entry of the `userErrors` of a bulk operation; `code` and `field` are `null` where Shopify gives none. */
export interface BulkProblem {
  readonly code: string | null;
  readonly field: readonly string[] | null;
  readonly message: string;
}
