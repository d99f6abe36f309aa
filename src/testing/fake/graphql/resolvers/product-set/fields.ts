import type { ProductSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { parseGid } from '../../gid.ts';
import { productByHandle } from '../find-entities.ts';
import { normalTags } from '../normal-tags.ts';
import { freeHandle, handleFrom } from '../text.ts';
import type { Target } from './identifier.ts';
import type { ProductSetContext } from './user-errors.ts';

/** What a product says about itself, without its lists. */
type OwnFields = Pick<
  ProductEntity,
  | 'title'
  | 'handle'
  | 'descriptionHtml'
  | 'vendor'
  | 'productType'
  | 'tags'
  | 'status'
  | 'templateSuffix'
  | 'requiresSellingPlan'
  | 'seo'
  | 'category'
  | 'collectionIds'
>;

const maxLength = 255;

/** What the input says, else what stood there; `null` resets to the value of a new product. */
const given = <T>(value: T | null | undefined, before: T | undefined, fresh: T): T =>
  value === undefined ? (before ?? fresh) : (value ?? fresh);

/** The product's own fields after the input. */
export function ownFields(input: ProductSetInput, target: Target, context: ProductSetContext): OwnFields {
  const { existing } = target;
  const title = titleOf(input, existing, context);
  return {
    title,
    handle: handleOf(input, target, title, context),
    descriptionHtml: given(input.descriptionHtml, existing?.descriptionHtml, ''),
    vendor: limited('vendor', given(input.vendor, existing?.vendor, context.info.name), context),
    productType: limited('productType', given(input.productType, existing?.productType, ''), context),
    tags:
      input.tags == null
        ? (existing?.tags ?? [])
        : normalTags(input.tags, (message) => context.report('INVALID_PRODUCT', ['input', 'tags'], message)),
    status: given<string>(input.status, existing?.status, 'ACTIVE'),
    templateSuffix: given(input.templateSuffix, existing?.templateSuffix, null),
    requiresSellingPlan: given(input.requiresSellingPlan, existing?.requiresSellingPlan, false),
    seo: {
      title: given(input.seo?.title, existing?.seo.title, null),
      description: given(input.seo?.description, existing?.seo.description, null),
    },
    category: categoryOf(input, existing, context),
    collectionIds: collectionsOf(input, existing, context),
  };
}

function titleOf(input: ProductSetInput, existing: ProductEntity | undefined, { report }: ProductSetContext): string {
  const title = (input.title === undefined ? existing?.title : input.title)?.trim() ?? '';
  if (title === '') report('INVALID_PRODUCT', ['input', 'title'], "Title can't be blank");
  if (title.length > maxLength) {
    report('INVALID_PRODUCT', ['input', 'title'], `Title is too long (maximum is ${maxLength} characters)`);
  }
  return title;
}

/** A handle that is asked for must be free; one that is made from the title makes room. */
function handleOf(
  input: ProductSetInput,
  { existing, handle }: Target,
  title: string,
  context: ProductSetContext,
): string {
  const asked = handle ?? handleFrom(input.handle ?? '');
  const isTaken = (candidate: string): boolean => {
    const owner = productByHandle(context, candidate);
    return owner !== undefined && owner.id !== existing?.id;
  };
  if (asked === '') return existing?.handle ?? freeHandle(handleFrom(title), isTaken);
  if (isTaken(asked)) {
    context.report(
      'HANDLE_NOT_UNIQUE',
      ['input', 'handle'],
      `Handle '${asked}' already in use. Please provide a new handle.`,
    );
  }
  return asked;
}

function limited(field: 'vendor' | 'productType', value: string, { report }: ProductSetContext): string {
  if (value.length > maxLength)
    report('INVALID_PRODUCT', ['input', field], `${field} is too long (maximum is ${maxLength} characters)`);
  return value;
}

function categoryOf(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  { report }: ProductSetContext,
): ProductEntity['category'] {
  if (input.category === undefined) return existing?.category ?? null;
  if (input.category === null) return null;
  if (parseGid(input.category)?.kind !== 'TaxonomyCategory') {
    report('INVALID_PRODUCT', ['input', 'category'], 'Category is not a valid taxonomy category');
  }
  return { id: input.category };
}

function collectionsOf(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  context: ProductSetContext,
): readonly string[] {
  if (input.collections == null) return existing?.collectionIds ?? [];
  const ids = [...new Set(input.collections)];
  for (const [index, id] of ids.entries()) {
    if (!context.store.get(context.shop, 'Collection', id)) {
      context.report('INVALID_INPUT', ['input', 'collections', index], `Collection ${id} does not exist`);
    }
  }
  return ids;
}
