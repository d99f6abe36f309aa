/** One query with the points that Shopify named for it. */
// @ts-nocheck

export interface CostRecord {
  readonly source: string;
  /** Who names the number: a page of the docs, a post of the changelog, or Shopify's own server in a public thread. */
  readonly kind: 'docs' | 'changelog' | 'staff' | 'seen';
  /** The words or the numbers of the source. */
  readonly quote: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** `requestedQueryCost`. */
  readonly requested: number;
  /** `actualQueryCost`, where the source names it and the fake's empty shop answers alike. */
  readonly actual?: number;
}

/** A number that was found and is no evidence today. */
export interface LeftOut {
  readonly source: string;
  readonly quote: string;
  readonly because: string;
}

/** So many entries of a list. */
export const times = <Entry>(count: number, entry: (index: number) => Entry): Entry[] =>
  Array.from({ length: count }, (_, index) => entry(index));
