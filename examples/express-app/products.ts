import type { ShopifyClient } from 'shopwright';

/** One line of the price list. */
export interface PriceListEntry {
  readonly title: string;
  readonly from: string;
}

interface ProductsPage {
  readonly products: {
    readonly nodes: readonly {
      readonly title: string;
      readonly variants: { readonly nodes: readonly { readonly price: string }[] };
    }[];
  };
}

const priceListQuery = /* GraphQL */ `
  query PriceList {
    products(first: 100) { nodes { title variants(first: 100) { nodes { price } } } }
  }
`;

/** The titles and the lowest prices of a shop's first hundred products. */
export async function loadPriceList(shop: ShopifyClient): Promise<readonly PriceListEntry[]> {
  const { data } = await shop.graphql<ProductsPage>(priceListQuery);
  return data.products.nodes.map(({ title, variants }) => {
    const prices = variants.nodes.map(({ price }) => Number(price));
    return { title, from: Math.min(...prices).toFixed(2) };
  });
}

const renameMutation = /* GraphQL */ `
  mutation RenameProduct($handle: String!, $title: String!) {
    productSet(identifier: { handle: $handle }, input: { handle: $handle, title: $title }) {
      product { id }
      userErrors { code field message }
    }
  }
`;

/** Changes a product's title. It sets a whole state, so a second send is harmless. */
export async function renameProduct(shop: ShopifyClient, handle: string, title: string): Promise<void> {
  await shop.graphql(renameMutation, { handle, title });
}
