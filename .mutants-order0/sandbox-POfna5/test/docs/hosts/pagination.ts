// @ts-nocheck
// What docs/pagination.md takes for granted.
import type { ShopifyClient, TypedDocument } from 'shopwright';

interface Product {
  readonly id: string;
  readonly title: string;
}

interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

type Sku = { readonly sku: string | null };

export declare const shop: ShopifyClient;
export declare const id: string;
export declare const Products: TypedDocument<
  { readonly products: Connection<Product> },
  { readonly first: number; readonly after?: string | null }
>;
export declare const ProductsWithVariants: TypedDocument<
  { readonly products: Connection<Product & { readonly variants: Connection<Sku> }> },
  { readonly first: number; readonly after?: string | null }
>;
export declare const ProductParts: TypedDocument<
  { readonly product: { readonly variants: Connection<Sku>; readonly media: Connection<object> } | null },
  { readonly id: string; readonly after?: string | null }
>;
export declare const save: (products: readonly Product[]) => Promise<void>;
export declare const readCursor: () => Promise<string | null>;
export declare const storeCursor: (cursor: string | null | undefined) => Promise<void>;
