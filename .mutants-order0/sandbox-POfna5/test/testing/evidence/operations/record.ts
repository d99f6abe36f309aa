/** One operation from Shopify's public docs, as a test vector. */
// @ts-nocheck

export interface DocumentedOperation {
  /** Where it is shown. Of the reference, the page of its root field, in the version that the example is written for. */
  readonly source: string;
  readonly query: string;
  /** Those of the example; long ones are cut down to what the types demand. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** An operation that Admin 2026-10 must refuse. */
export interface RefusedOperation extends DocumentedOperation {
  /** What is wrong with it today. */
  readonly because: string;
}

/** A page of Shopify's GraphQL Admin reference, such as `2026-07/queries/node`. */
export const reference = (page: string): string => `https://shopify.dev/docs/api/admin-graphql/${page}`;
