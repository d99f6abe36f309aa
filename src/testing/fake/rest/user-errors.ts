import type { ProductSetUserError } from '../graphql/resolvers/product-set/user-errors.ts';
import { type RestReply, unprocessable } from './replies.ts';

/** REST's names for input fields. */
const names: Readonly<Record<string, string>> = {
  title: 'title',
  handle: 'handle',
  descriptionHtml: 'body_html',
  vendor: 'vendor',
  productType: 'product_type',
  tags: 'tags',
  productOptions: 'options',
  files: 'images',
  metafields: 'metafields',
};

/** REST's names for what is wrong with one variant; all else of it stands under `base`. */
const variantNames: Readonly<Record<string, string>> = {
  price: 'price',
  compareAtPrice: 'compare_at_price',
  sku: 'sku',
  barcode: 'barcode',
  metafields: 'metafields',
};

/** The name that begins a message of GraphQL; REST leaves it to the key. */
const label = /^(?:Title|Handle|Price|Compare at price|vendor|productType|sku|barcode) (?=can't|is|must)/;

/** 422 with what `productSet` reports, in the shape of REST: `{"errors":{"title":["can't be blank"]}}`. */
export function userErrorReply(userErrors: readonly ProductSetUserError[]): RestReply {
  const errors: Record<string, string[]> = {};
  for (const { code, field, message } of userErrors) {
    const [, list = '', , inner = ''] = field;
    const name = (list === 'variants' ? variantNames[inner] : names[list]) ?? 'base';
    const text = code === 'HANDLE_NOT_UNIQUE' ? 'has already been taken' : message.replace(label, '');
    errors[name] = [...(errors[name] ?? []), text];
  }
  return unprocessable(errors);
}
