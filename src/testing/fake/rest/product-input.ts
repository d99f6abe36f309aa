import type { FileSetInput, ProductSetInput, ProductStatus } from '../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../store/entities.ts';
import { variantsInput } from './input.ts';
import { gidOf, listOf, metafieldsOf, textOf } from './input-values.ts';
import type { Json } from './types.ts';

/** A product's body, as `productSet` takes it. What the body leaves out stays as it is. */
export function productInput(body: Json, existing: ProductEntity | undefined): ProductSetInput {
  return {
    title: textOf(body.title),
    handle: textOf(body.handle),
    descriptionHtml: textOf(body.body_html),
    vendor: textOf(body.vendor),
    productType: textOf(body.product_type),
    templateSuffix: textOf(body.template_suffix),
    status: textOf(body.status)?.toUpperCase() as ProductStatus | undefined,
    tags: tagsOf(body.tags),
    seo: {
      title: textOf(body.metafields_global_title_tag),
      description: textOf(body.metafields_global_description_tag),
    },
    metafields: metafieldsOf(body.metafields, existing?.metafields),
    files: filesOf(body, existing),
    ...variantsInput(body, existing),
  };
}

function tagsOf(tags: unknown): string[] | undefined {
  if (tags === undefined) return undefined;
  return Array.isArray(tags) ? tags.map(String) : String(tags ?? '').split(',');
}

/** The images; those that stand already, too, where a variant is given one of them. */
function filesOf(body: Json, existing: ProductEntity | undefined): FileSetInput[] | undefined {
  const images = listOf(body.images);
  if (images) {
    return images.map(({ id, src, alt }) => {
      const kept = existing?.media.find((media) => media.image.id === gidOf('ImageSource', id));
      const file = kept ? { id: kept.id } : { originalSource: textOf(src) };
      return { ...file, ...(alt !== undefined && { alt: textOf(alt) }) };
    });
  }
  const isGivenAnImage = listOf(body.variants)?.some((row) => row.image_id != null);
  return isGivenAnImage ? existing?.media.map(({ id }) => ({ id })) : undefined;
}
