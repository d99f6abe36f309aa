import type {
  MetafieldInput,
  OptionSetInput,
  ProductSetInput,
  UniqueMetafieldValueInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredLink } from '../../../store/entities.ts';
import { type OperationContext, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, requireOneArgument, requireSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { defer, isInWork } from '../deferred.ts';
import { productByHandle, productById } from '../find-entities.ts';
import { handleFrom } from '../input-values.ts';
import { productByCustomId } from '../metafields/custom-id.ts';
import { buildOn, savedProduct } from '../product-set/build.ts';
import type { Naming, ProductSetContext } from '../product-set/context.ts';
import { metafieldsWith } from '../product-set/metafields.ts';
import { deleteProduct } from './save-product.ts';

/** Mutations of one product, but for `productSet` and its variants. */
export const productMutationResolvers: ResolverMap = {
  Mutation: {
    productCreate: resolver<unknown, ProductArgs>((_source, args, context) => createProduct(args, context)),
    productUpdate: resolver<unknown, UpdateArgs>((_source, args, context) => updateProduct(args, context)),
    productDelete: resolver<unknown, DeleteArgs>((_source, args, context) => removeProduct(args, context)),
  },
};

/** `productCreate`: a product with its first variant only. */
function createProduct(args: ProductArgs, context: ResolverContext): unknown {
  requireOneArgument('productCreate', args, ['input', 'product']);
  const fields = productFields(args);
  if (fields.id != null)
    return { product: null, userErrors: [userError(['input'], 'id cannot be specified during creation')] };
  if (fields.collectionsToLeave?.length) throw notSimulated('input.collectionsToLeave on create');

  const { product, userErrors } = savedProduct(
    context,
    (building) =>
      buildOn(
        { existing: undefined },
        {
          ...sharedFields(fields),
          ...(fields.metafields && { metafields: fields.metafields }),
          ...(fields.collectionsToJoin && { collections: existingCollections(context, fields.collectionsToJoin) }),
          ...(fields.productOptions && {
            productOptions: fields.productOptions.map(asOptionSet),
          }),
          ...(args.media && { files: uploads(args.media) }),
        },
        building,
      ),
    ownNaming,
  );
  return { product, userErrors: withoutCodes(userErrors) };
}

/** Collections that are not there are passed over. */
const existingCollections = ({ store, shop }: ResolverContext, ids: readonly string[]): string[] =>
  ids.filter((id) => store.get(shop, 'Collection', id) !== undefined);

/** Arguments of `productUpdate`. */
interface UpdateArgs extends ProductArgs {
  readonly identifier?: {
    readonly id?: string;
    readonly handle?: string;
    readonly customId?: UniqueMetafieldValueInput;
  } | null;
}

/** `productUpdate`: everything except the variants. Lists are added and replace nothing. */
function updateProduct(args: UpdateArgs, context: ResolverContext): unknown {
  requireOneArgument('productUpdate', args, ['input', 'product']);
  const fields = productFields(args);
  if (fields.productOptions?.length) throw notSimulated('input.productOptions on update');
  const before = existingProduct(args, fields, context);
  if (!before) return { product: null, userErrors: [userError(['id'], 'Product does not exist')] };
  const { product, userErrors } = savedProduct(
    context,
    (building) => changed(before, fields, args, building),
    ownNaming,
  );
  // The unchanged product is returned beside the errors. Recorded 2025-10.
  return { product: product ?? before, userErrors: withoutCodes(userErrors) };
}

function existingProduct(
  { identifier }: UpdateArgs,
  { id }: ProductFields,
  context: ResolverContext,
): ProductEntity | undefined {
  if (identifier?.customId) return productByCustomId(identifier.customId, context);
  if (identifier?.handle !== undefined) return productByHandle(context, handleFrom(identifier.handle));
  const gid = identifier?.id ?? id;
  if (gid == null) return undefined;
  requireGid(gid);
  return productById(context, gid);
}

function changed(
  before: ProductEntity,
  fields: ProductFields,
  { media }: UpdateArgs,
  building: ProductSetContext,
): ProductEntity {
  const { collectionsToJoin, collectionsToLeave } = fields;
  const leaving = new Set(collectionsToLeave);
  const joining = existingCollections(building, collectionsToJoin ?? []);
  const collections = [...before.collectionIds.filter((id) => !leaving.has(id)), ...joining];
  const product = buildOn(
    { existing: before },
    {
      ...sharedFields(fields),
      ...((collectionsToJoin || collectionsToLeave) && { collections }),
      ...(media?.length && { files: [...before.media.map(({ id }) => ({ id })), ...uploads(media)] }),
    },
    building,
  );
  const owner = { type: 'PRODUCT', id: before.id, metafields: before.metafields } as const;
  const metafields = metafieldsWith(fields.metafields ?? [], owner, ['input', 'metafields'], building);
  return { ...product, metafields };
}

/** Arguments of `productDelete`. */
interface DeleteArgs {
  readonly input: { readonly id: string };
  readonly synchronous: boolean;
}

/** `productDelete`, at once or in the background. */
function removeProduct({ input, synchronous }: DeleteArgs, context: OperationContext): unknown {
  requireGid(input.id);
  const product = productById(context, input.id);
  if (!product) {
    const userErrors = [userError(['id'], 'Product does not exist')];
    return { deletedProductId: null, productDeleteOperation: null, userErrors };
  }
  if (!synchronous) {
    if (isInWork(context, 'ProductDeleteOperation', product.id)) {
      const message = 'Another operation already in progress. Please wait until current one is finished.';
      return { deletedProductId: null, productDeleteOperation: null, userErrors: [userError(null, message)] };
    }
    const request = { type: 'productDelete', productId: product.id };
    const productDeleteOperation = defer(context, 'ProductDeleteOperation', request);
    return { deletedProductId: null, productDeleteOperation, userErrors: [] };
  }
  deleteProduct(context, product);
  return { deletedProductId: product.id, productDeleteOperation: null, userErrors: [] };
}

/** What `ProductCreateInput`, `ProductUpdateInput` and `ProductInput` have in common with `ProductSetInput`. */
type SharedFields = Pick<
  ProductSetInput,
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
>;

/** The input of `productCreate` and `productUpdate`, as far as it is simulated. */
interface ProductFields extends SharedFields {
  readonly id?: string | null;
  readonly metafields?: MetafieldInput[] | null;
  readonly collectionsToJoin?: readonly string[] | null;
  readonly collectionsToLeave?: readonly string[] | null;
  readonly productOptions?: readonly OptionCreateInput[] | null;
}

interface OptionCreateInput {
  readonly name?: string | null;
  readonly position?: number | null;
  readonly values?: readonly { readonly name?: string | null; readonly linkedMetafieldValue?: string | null }[] | null;
  readonly linkedMetafield?: (StoredLink & { readonly values?: readonly string[] | null }) | null;
}

/** A new option in the words of `productSet`, which names metaobjects only beside the link. */
function asOptionSet({ name, position, values, linkedMetafield }: OptionCreateInput): OptionSetInput {
  const ids = values?.flatMap(({ linkedMetafieldValue }) => linkedMetafieldValue ?? []) ?? [];
  const names = values?.filter(({ linkedMetafieldValue }) => linkedMetafieldValue == null);
  return {
    name: name ?? null,
    position: position ?? null,
    values: names?.map((value) => ({ name: value.name ?? '' })) ?? null,
    ...(linkedMetafield && {
      linkedMetafield: { ...linkedMetafield, values: [...(linkedMetafield.values ?? []), ...ids] },
    }),
  };
}

/** `CreateMediaInput`. */
export interface CreateMediaInput {
  readonly originalSource: string;
  readonly alt?: string | null;
  readonly mediaContentType: string;
}

/** The newer argument or the older one. */
interface ProductArgs {
  readonly product?: ProductFields | null;
  readonly input?: ProductFields | null;
  readonly media?: readonly CreateMediaInput[] | null;
}

const shared: readonly (keyof SharedFields)[] = [
  'title',
  'handle',
  'descriptionHtml',
  'vendor',
  'productType',
  'tags',
  'status',
  'templateSuffix',
  'requiresSellingPlan',
  'seo',
  'category',
];

const simulated: ReadonlySet<string> = new Set<keyof ProductFields | 'redirectNewHandle'>([
  ...shared,
  'id',
  'metafields',
  'collectionsToJoin',
  'collectionsToLeave',
  'productOptions',
  'redirectNewHandle',
]);

/**
 * The fields of a product that a call gives.
 *
 * @throws GraphQLError `NOT_SIMULATED` that names an input field which the fake would have to ignore.
 */
function productFields({ product, input }: ProductArgs): ProductFields {
  const fields = product ?? input ?? {};
  requireSimulated(fields, simulated, product ? 'product' : 'input');
  return fields;
}

/** The part of an input that `productSet` would be given in the same words. */
function sharedFields(fields: ProductFields): SharedFields {
  return Object.fromEntries(shared.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

/** Images to upload, in the words of `productSet`. */
export function uploads(media: readonly CreateMediaInput[]): NonNullable<ProductSetInput['files']> {
  return media.map(({ originalSource, alt, mediaContentType }) => {
    if (mediaContentType !== 'IMAGE') throw notSimulated(`CreateMediaInput.mediaContentType ${mediaContentType}`);
    return { originalSource, alt: alt ?? null };
  });
}

/** Names of `productSet` for what other mutations call otherwise. */
const ownNames: Readonly<Record<string, string>> = { collections: 'collectionsToJoin', files: 'media' };

/** What the parts of `productSet` report, as `productCreate` and `productUpdate` say it. */
const ownNaming: Naming = ({ code, field, message }) => {
  // As recorded, a handle that is taken is the one thing whose place begins with the input.
  if (code === 'HANDLE_NOT_UNIQUE') return { code, field, message };
  if (code === 'OPTION_NAME_DELIMITER')
    return { code, field: ['options'], message: 'Name cannot contain the character sequence " / "' };
  const [, name = '', ...rest] = field;
  return { code, field: [ownNames[name] ?? name, ...rest], message };
};

/** Their errors have no codes. */
const withoutCodes = (userErrors: readonly UserError[]): readonly UserError[] =>
  userErrors.map(({ field, message }) => ({ field, message }));
