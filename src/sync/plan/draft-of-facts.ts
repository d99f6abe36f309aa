import type { DraftImage, DraftMetafield, ProductDraft, ProductVariantDraft } from '../../validation/product-draft.ts';
import {
  type Facts,
  type FactValue,
  linksIn,
  metafieldName,
  metafieldPrefix,
  noOption,
  type OptionPairs,
  type ProductFacts,
} from './product-facts.ts';

/** A draft that produces a product with these facts. */
export function draftOf(
  localId: string,
  { product, tags, metafields, collections, images, variants }: ProductFacts,
): ProductDraft {
  const { seoTitle, seoDescription, linkedOptions: _, ...fields } = told(product?.[''] ?? {});
  const links = Object.entries(linksIn({ product: product ?? {} }));
  const pairs = Object.values(variants ?? {})[0]?.['options'] as OptionPairs | undefined;
  return {
    localId,
    ...fields,
    ...((seoTitle || seoDescription) && {
      seo: { ...(seoTitle && { title: seoTitle }), ...(seoDescription && { description: seoDescription }) },
    }),
    ...(tags && { tags: Object.values(tags).map(({ name }) => String(name)) }),
    ...(metafields && {
      metafields: Object.entries(metafields).map(([name, { type, value }]) => metafieldOf(name, { type, value })),
    }),
    ...(collections && { collections: Object.keys(collections) }),
    ...(images && {
      images: Object.values(images).map(
        ({ url, alt }): DraftImage => ({ url: String(url), ...(alt ? { alt: String(alt) } : {}) }),
      ),
    }),
    ...(links.length > 0 && {
      linkedOptions: Object.fromEntries(links.map(([option, name]) => [option, metafieldName(name)])),
    }),
    ...(pairs && !isNoOption(pairs) && { options: pairs.map(([name]) => name) }),
    variants: Object.entries(variants ?? {}).map(([key, facts]) => variantOf(key, facts, images)),
  } as unknown as ProductDraft;
}

function variantOf(key: string, facts: Facts, images: ProductFacts['images']): ProductVariantDraft {
  const {
    options,
    image,
    unitPrice,
    weight,
    cost,
    tracked,
    requiresShipping,
    harmonizedSystemCode,
    countryCodeOfOrigin,
    barcodes,
    ...rest
  } = told(facts);
  const names = Object.keys(rest).filter((name) => name.startsWith(metafieldPrefix));
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(metafieldPrefix)));
  const [value, unit] = typeof weight === 'string' ? weight.split(' ') : [];
  const item = {
    ...told({ cost: cost ?? null, tracked: tracked ?? null, requiresShipping: requiresShipping ?? null }),
    ...told({ harmonizedSystemCode: harmonizedSystemCode ?? null, countryCodeOfOrigin: countryCodeOfOrigin ?? null }),
    ...(unit && { weight: { value: Number(value), unit } }),
  };
  const pairs = (options ?? []) as OptionPairs;
  const url = typeof image === 'string' ? images?.[image]?.['url'] : undefined;
  return {
    key,
    ...plain,
    options: isNoOption(pairs) ? {} : Object.fromEntries(pairs),
    ...(Object.keys(item).length > 0 && { inventoryItem: item }),
    ...(typeof barcodes === 'string' && { barcodes: JSON.parse(barcodes) }),
    ...(typeof unitPrice === 'string' && { unitPrice: JSON.parse(unitPrice) }),
    ...(names.length > 0 && {
      metafields: names.map((name) => metafieldOf(name.slice(metafieldPrefix.length), JSON.parse(String(facts[name])))),
    }),
    ...(typeof url === 'string' && { imageUrl: url }),
  } as unknown as ProductVariantDraft;
}

/** The facts that have a value. For a new product, the others need not be sent. */
const told = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== ''));

const isNoOption = ([first, more]: OptionPairs): boolean =>
  !more && (!first || (first[0] === noOption[0] && first[1] === noOption[1]));

function metafieldOf(
  name: string,
  { type, value }: { readonly type?: FactValue | undefined; readonly value?: FactValue | undefined },
): DraftMetafield {
  return { ...metafieldName(name), ...(typeof type === 'string' && { type }), value: String(value) };
}
