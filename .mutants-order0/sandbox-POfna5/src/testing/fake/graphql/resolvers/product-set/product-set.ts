// @ts-nocheck
import type { ProductSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { defer } from '../deferred.ts';
import { type ProductSetArgs, setProduct } from './build.ts';

/** `productSet`: the product becomes what the input says, at once or in the background, or stays as it is. */
export const productSetResolvers: ResolverMap = {
  Mutation: {
    productSet: resolver<unknown, ProductSetArgs & { synchronous: boolean }>(
      (_source, { synchronous, identifier, input }, context) => {
        refuseUnsimulated(input);
        const args: ProductSetArgs = { identifier: identifier ?? null, input };
        if (synchronous !== false) return { ...setProduct(args, context), productSetOperation: null };
        const productSetOperation = defer(context, 'ProductSetOperation', { type: 'productSet', args });
        return { product: null, productSetOperation, userErrors: [] };
      },
    ),
  },
};

/**
 * Refuses input that would change what the fake does not hold. To accept it silently would make a test
 * green that Shopify makes red.
 *
 * @throws GraphQLError `NOT_SIMULATED` that names the input field.
 */
function refuseUnsimulated(input: ProductSetInput): void {
  const refuse = (isUsed: unknown, field: string): void => {
    if (isUsed) throw notSimulated(field);
  };
  refuse(input.combinedListingRole, 'ProductSetInput.combinedListingRole');
  refuse(input.claimOwnership, 'ProductSetInput.claimOwnership');
  for (const variant of input.variants ?? []) {
    refuse(variant.requiresComponents, 'ProductVariantSetInput.requiresComponents');
    refuse(variant.unitPriceMeasurement, 'ProductVariantSetInput.unitPriceMeasurement');
    refuse(variant.published === false, 'ProductVariantSetInput.published');
    refuse(
      variant.inventoryItem?.countryHarmonizedSystemCodes?.length,
      'InventoryItemInput.countryHarmonizedSystemCodes',
    );
    refuse(variant.inventoryItem?.measurement?.shippingPackageId, 'InventoryItemMeasurementInput.shippingPackageId');
    for (const { type } of variant.barcodes ?? []) refuse(type, 'BarcodeInput.type');
  }
  for (const file of input.files ?? []) {
    refuse(file.contentType && file.contentType !== 'IMAGE', `FileSetInput.contentType ${file.contentType}`);
  }
}
