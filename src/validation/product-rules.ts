import { type Finding, quote } from './issues.ts';
import { isObject, variantsOf } from './option-table.ts';
import { optionErrors } from './rules.ts';

/** Errors that show only when fields are looked at together. The product need not have the right shape. */
export function productErrors(product: unknown): Finding[] {
  return [...skuErrors(product), ...optionErrors(product), ...variantImageErrors(product), ...metafieldErrors(product)];
}

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function skuErrors(product: unknown): Finding[] {
  const firstIndex = new Map<string, number>();
  return variantsOf(product).flatMap((variant, index): Finding[] => {
    const sku = isObject(variant) ? trimmed(variant.sku) : '';
    if (sku === '') return [];
    const first = firstIndex.get(sku);
    if (first === undefined) {
      firstIndex.set(sku, index);
      return [];
    }
    const message = `is ${quote(sku)}, which variants[${first}] has already: give each variant its own`;
    return [{ code: 'sku-duplicate', path: ['variants', index, 'sku'], message }];
  });
}

function variantImageErrors(product: unknown): Finding[] {
  const images = isObject(product) ? (product.images ?? []) : undefined;
  if (!Array.isArray(images)) return [];
  const addresses = new Set(images.map((image) => (isObject(image) ? trimmed(image.url) : '')));
  return variantsOf(product).flatMap((variant, index): Finding[] => {
    const address = isObject(variant) ? trimmed(variant.imageUrl) : '';
    if (address === '' || addresses.has(address)) return [];
    const message = "is not among the product's images: add it there, or leave it out here";
    return [{ code: 'image-url-unknown', path: ['variants', index, 'imageUrl'], message }];
  });
}

function metafieldErrors(product: unknown): Finding[] {
  const metafields = isObject(product) && Array.isArray(product.metafields) ? product.metafields : [];
  const firstIndex = new Map<string, number>();
  return metafields.flatMap((metafield: unknown, index): Finding[] => {
    const [namespace, key] = isObject(metafield) ? [trimmed(metafield.namespace), trimmed(metafield.key)] : ['', ''];
    if (namespace === '' || key === '') return [];
    const name = `${namespace}.${key}`;
    const first = firstIndex.get(name);
    if (first === undefined) {
      firstIndex.set(name, index);
      return [];
    }
    const message = `is ${quote(name)}, which metafields[${first}] sets already: take one out`;
    return [{ code: 'metafield-duplicate', path: ['metafields', index], message }];
  });
}
