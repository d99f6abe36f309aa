// @ts-nocheck
// What docs/codegen.md takes for granted.
import type { ShopifyClient, TypedDocument } from 'shopwright';

export declare const shop: ShopifyClient;
export declare const ProductsDocument: TypedDocument<
  { readonly products: { readonly nodes: readonly { readonly title: string }[] } },
  { readonly first: number }
> & { readonly __meta__?: Record<string, unknown> };
