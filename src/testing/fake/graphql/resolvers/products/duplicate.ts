import type { InventoryLevelEntity, ProductEntity, StoredMetafield, StoredVariant } from '../../../store/entities.ts';
import { isoNow, type OperationContext, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { defer } from '../deferred.ts';
import { primaryLocation, productByHandle, productById } from '../find-entities.ts';
import { freeHandle, handleFrom, lengthProblem } from '../input-values.ts';
import { newLevel } from '../inventory/levels.ts';
import { saveProduct } from './save-product.ts';

/** Arguments of `productDuplicate`. */
interface DuplicateArgs {
  readonly productId: string;
  readonly newTitle: string;
  readonly newStatus?: string | null;
  readonly includeImages: boolean;
  readonly includeTranslations: boolean;
  readonly synchronous: boolean;
}

/** `productDuplicate`. */
export const productDuplicateResolvers: ResolverMap = {
  Mutation: {
    productDuplicate: resolver<unknown, DuplicateArgs>((_source, args, context) => {
      if (args.includeTranslations) throw notSimulated('productDuplicate(includeTranslations:)');
      if (!args.synchronous) throw notSimulated('productDuplicate(synchronous: false)');
      requireGid(args.productId);
      const source = productById(context, args.productId);
      const userErrors = problems(source, args.newTitle);
      if (!source || userErrors.length > 0)
        return { newProduct: null, imageJob: null, productDuplicateOperation: null, userErrors };
      const newProduct = duplicate(source, args, context);
      // Images are copied in the background; here they are there at once, and the job has nothing left to do.
      const imageJob = args.includeImages ? imagesCopied(newProduct, context) : null;
      return { newProduct, imageJob, productDuplicateOperation: null, userErrors: [] };
    }),
  },
};

function problems(source: ProductEntity | undefined, title: string): readonly UserError[] {
  if (!source) return [userError(['productId'], 'Product does not exist')];
  const tooLong = lengthProblem('Title', title);
  return [
    ...(title.trim() === '' ? [userError(['newTitle'], "Title can't be blank")] : []),
    ...(tooLong === undefined ? [] : [userError(['newTitle'], tooLong)]),
  ];
}

const imagesCopied = (product: ProductEntity, context: OperationContext) =>
  defer(context, 'Job', { type: 'mediaOrder', productId: product.id, moves: [] });

/** A product like another, with ids of its own: a draft that is published nowhere and has no stock. */
function duplicate(source: ProductEntity, args: DuplicateArgs, context: ResolverContext): ProductEntity {
  const { store } = context;
  const now = isoNow(context.clock);
  const id = store.nextId('Product');
  const ids = new Map<string, string>();
  const copyOf = (kind: string, original: string): string => {
    const known = ids.get(original) ?? store.nextId(kind);
    ids.set(original, known);
    return known;
  };
  const metafields = (list: readonly StoredMetafield[]): readonly StoredMetafield[] =>
    list.map((metafield) => ({ ...metafield, id: store.nextId('Metafield'), createdAt: now, updatedAt: now }));
  const options = source.options.map((option) => ({
    ...option,
    id: copyOf('ProductOption', option.id),
    optionValues: option.optionValues.map((value) => ({ ...value, id: copyOf('ProductOptionValue', value.id) })),
  }));
  const media = (args.includeImages ? source.media : []).map((image) => ({
    ...image,
    id: copyOf('MediaImage', image.id),
    image: { ...image.image, id: copyOf('ImageSource', image.image.id) },
    createdAt: now,
    updatedAt: now,
  }));
  const variants = source.variants.map((variant): StoredVariant => {
    return {
      ...variant,
      id: store.nextId('ProductVariant'),
      productId: id,
      inventoryItem: {
        ...variant.inventoryItem,
        id: store.nextId('InventoryItem'),
        createdAt: now,
        updatedAt: now,
      },
      selectedOptions: variant.selectedOptions.map((selected) => ({
        ...selected,
        optionValue: {
          ...selected.optionValue,
          id: copyOf('ProductOptionValue', selected.optionValue.id),
        },
      })),
      mediaIds: args.includeImages ? variant.mediaIds.map((mediaId) => copyOf('MediaImage', mediaId)) : [],
      metafields: metafields(variant.metafields),
      createdAt: now,
      updatedAt: now,
    };
  });
  const title = args.newTitle.trim();
  const handle = freeHandle(handleFrom(title), (candidate) => productByHandle(context, candidate) !== undefined);
  const product: ProductEntity = {
    ...source,
    id,
    title,
    handle,
    status: (args.newStatus as ProductEntity['status'] | null | undefined) ?? source.status,
    options,
    media,
    variants,
    metafields: metafields(source.metafields),
    published: [],
    createdAt: now,
    updatedAt: now,
  };
  saveProduct(context, product, undefined, stockOf(product, context, now));
  return product;
}

/** New items are stocked at the primary location, with nothing there. */
function stockOf(product: ProductEntity, context: ResolverContext, now: string): readonly InventoryLevelEntity[] {
  const location = primaryLocation(context);
  if (!location) return [];
  return product.variants.map(({ inventoryItem }) => newLevel(inventoryItem.id, location.id, now));
}
