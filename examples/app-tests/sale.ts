/** What the app needs from any Shopify client: the data of an operation, or an error. */
export type Ask = (document: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface Sale {
  readonly tag: string;
  readonly percentOff: number;
}

interface Variant {
  readonly id: string;
  readonly price: string;
  readonly compareAtPrice: string | null;
}

interface Page {
  readonly products: {
    readonly nodes: readonly { readonly id: string; readonly variants: { readonly nodes: readonly Variant[] } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const tagged = `query TaggedProducts($query: String!, $after: String) {
  products(first: 20, query: $query, after: $after) {
    nodes { id variants(first: 20) { nodes { id price compareAtPrice } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const reprice = `mutation Reprice($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { field message } }
}`;

/**
 * Puts the products with a tag on sale. A variant already on sale is left unchanged, so it is safe to run again after
 * an interruption.
 *
 * @returns How many products got another price.
 */
export async function startSale(ask: Ask, { tag, percentOff }: Sale): Promise<number> {
  let changed = 0;
  let after: string | null = null;
  for (;;) {
    const { products } = (await ask(tagged, { query: `tag:'${tag}'`, after })) as Page;
    for (const { id: productId, variants } of products.nodes) {
      const due = variants.nodes.filter(({ compareAtPrice }) => compareAtPrice === null);
      if (due.length === 0) continue;
      const lower = (price: string): string => ((Number(price) * (100 - percentOff)) / 100).toFixed(2);
      await ask(reprice, {
        productId,
        variants: due.map(({ id, price }) => ({ id, price: lower(price), compareAtPrice: price })),
      });
      changed += 1;
    }
    if (!products.pageInfo.hasNextPage) return changed;
    after = products.pageInfo.endCursor;
  }
}
