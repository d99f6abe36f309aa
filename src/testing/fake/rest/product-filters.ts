import type { ProductEntity } from '../store/entities.ts';
import type { ListParameters } from './listing.ts';
import { numberOf } from './page.ts';

type Test = (product: ProductEntity, value: string) => boolean;

const oneOf = (value: string, wanted: string): boolean => wanted.split(',').some((entry) => entry.trim() === value);

const tests: Readonly<Record<string, Test>> = {
  ids: ({ id }, value) => oneOf(numberOf(id), value),
  title: ({ title }, value) => title === value,
  handle: ({ handle }, value) => oneOf(handle, value),
  vendor: ({ vendor }, value) => vendor === value,
  product_type: ({ productType }, value) => productType === value,
  status: ({ status }, value) => oneOf(status.toLowerCase(), value),
  collection_id: ({ collectionIds }, value) => collectionIds.includes(`gid://shopify/Collection/${value}`),
  created_at_min: ({ createdAt }, value) => Date.parse(createdAt) >= Date.parse(value),
  created_at_max: ({ createdAt }, value) => Date.parse(createdAt) <= Date.parse(value),
  updated_at_min: ({ updatedAt }, value) => Date.parse(updatedAt) >= Date.parse(value),
  updated_at_max: ({ updatedAt }, value) => Date.parse(updatedAt) <= Date.parse(value),
};

/**
 * What `products.json` can be asked for.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/product
 */
export const productParameters: ListParameters = {
  filters: [...Object.keys(tests), 'since_id'],
  notSimulated: ['order', 'presentment_currencies', 'published_at_max', 'published_at_min', 'published_status'],
};

/** The products that pass all filters, but for `since_id`, which belongs to the order. */
export function filteredProducts(
  products: readonly ProductEntity[],
  filters: Readonly<Record<string, string>>,
): readonly ProductEntity[] {
  const wanted = Object.entries(filters).flatMap(([name, value]) => {
    const test = tests[name];
    return test ? [(product: ProductEntity) => test(product, value)] : [];
  });
  return products.filter((product) => wanted.every((test) => test(product)));
}
