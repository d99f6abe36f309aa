import type {
  InventoryItemInput,
  MetafieldInput,
  ProductVariantSetInput,
  VariantOptionValueInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMedia } from '../../../store/entities.ts';
import { notSimulated } from '../../errors.ts';
import type { FieldPath } from '../problems.ts';
import type { ProductSetContext } from '../product-set/user-errors.ts';

/** `ProductVariantsBulkInput`, as far as it is simulated. */
export interface BulkVariantInput
  extends Pick<
    ProductVariantSetInput,
    'barcode' | 'compareAtPrice' | 'inventoryPolicy' | 'price' | 'showUnitPrice' | 'taxCode' | 'taxable'
  > {
  readonly id?: string | null;
  readonly inventoryItem?: InventoryItemInput | null;
  readonly inventoryQuantities?: readonly { readonly locationId: string; readonly availableQuantity: number }[] | null;
  readonly mediaId?: string | null;
  readonly mediaSrc?: readonly string[] | null;
  readonly metafields?: MetafieldInput[] | null;
  readonly optionValues?: VariantOptionValueInput[] | null;
}

const shared = [
  'barcode',
  'compareAtPrice',
  'inventoryPolicy',
  'price',
  'showUnitPrice',
  'taxCode',
  'taxable',
  'inventoryItem',
] as const satisfies readonly (keyof BulkVariantInput & keyof ProductVariantSetInput)[];

const simulated: ReadonlySet<string> = new Set<keyof BulkVariantInput | 'published'>([
  ...shared,
  'id',
  'inventoryQuantities',
  'mediaId',
  'mediaSrc',
  'metafields',
  'optionValues',
  'published',
]);

/**
 * Refuses input that would change what the fake does not hold.
 *
 * @throws GraphQLError `NOT_SIMULATED` that names the input field.
 */
export function refuseUnsimulatedVariants(inputs: readonly BulkVariantInput[]): void {
  for (const input of inputs) {
    for (const [name, value] of Object.entries(input)) {
      if (value != null && value !== false && !simulated.has(name))
        throw notSimulated(`ProductVariantsBulkInput.${name}`);
    }
    if (input.inventoryItem?.measurement?.shippingPackageId)
      throw notSimulated('InventoryItemMeasurementInput.shippingPackageId');
    for (const value of input.optionValues ?? []) {
      if (value.linkedMetafieldValue) throw notSimulated('VariantOptionValueInput.linkedMetafieldValue');
    }
  }
}

/** The input in the words of `productSet`, without what is built apart: options, media and metafields. */
export function asVariantInput(input: BulkVariantInput): Partial<ProductVariantSetInput> {
  const given = shared.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]));
  const quantities = input.inventoryQuantities?.map(({ locationId, availableQuantity }) => ({
    locationId,
    name: 'available',
    quantity: availableQuantity,
  }));
  return { ...Object.fromEntries(given), ...(quantities && { inventoryQuantities: quantities }) };
}

/** The image that a variant names, by gid or by where it came from; it must be the product's. */
export function mediaOf(
  { mediaId, mediaSrc }: BulkVariantInput,
  media: readonly StoredMedia[],
  field: FieldPath,
  { report }: ProductSetContext,
): StoredMedia | undefined {
  const source = mediaSrc?.[0];
  if (mediaId == null && source === undefined) return undefined;
  const found = media.find(({ id, originalSource }) =>
    mediaId == null ? originalSource.url === source : id === mediaId,
  );
  if (!found)
    report(
      'INVALID_INPUT',
      [...field, mediaId == null ? 'mediaSrc' : 'mediaId'],
      'Media does not exist on the product',
    );
  return found;
}
