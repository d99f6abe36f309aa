import type { FileSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMedia } from '../../../store/entities.ts';
import { imageById } from '../files/images.ts';
import { newImage } from './new-image.ts';
import type { ProductSetContext } from './user-errors.ts';

/**
 * The images after the input, in its order. A gid keeps an image; a source is always uploaded anew, as
 * Shopify does, even where it was before.
 */
export function mediaFrom(
  inputs: readonly FileSetInput[],
  existing: readonly StoredMedia[],
  context: ProductSetContext,
): readonly StoredMedia[] {
  return inputs.flatMap((input, index) => {
    const field = ['input', 'files', index];
    if (input.id != null && inputs.findIndex(({ id }) => id === input.id) < index) {
      context.report('INVALID_INPUT', field, `File ${input.id} is given twice`);
      return [];
    }
    if ((input.id == null) === (input.originalSource == null)) {
      context.report('INVALID_INPUT', field, 'Give either id or originalSource.');
      return [];
    }
    return input.id == null ? uploaded(input, field, context) : kept(input, input.id, existing, field, context);
  });
}

function kept(
  input: FileSetInput,
  id: string,
  existing: readonly StoredMedia[],
  field: readonly (string | number)[],
  context: ProductSetContext,
): StoredMedia[] {
  const media = existing.find((candidate) => candidate.id === id) ?? imageById(context, id);
  if (!media) {
    context.report('INVALID_INPUT', [...field, 'id'], `File ${id} does not exist`);
    return [];
  }
  return [input.alt === undefined ? media : withAlt(media, input.alt, context.now)];
}

function withAlt(media: StoredMedia, alt: string | null, updatedAt: string): StoredMedia {
  return { ...media, alt, image: { ...media.image, altText: alt }, updatedAt };
}

function uploaded(input: FileSetInput, field: readonly (string | number)[], context: ProductSetContext): StoredMedia[] {
  const image = newImage(input, context);
  if (image) return [image];
  context.report('INVALID_INPUT', [...field, 'originalSource'], 'Image URL is invalid');
  return [];
}
