import type { GraphQLSchema } from 'graphql';
import { apiVersionOf } from '../../../schema.ts';
import { collectUserErrors, type UserError } from '../../errors.ts';
import type { SetQuantitiesInput } from './quantities.ts';

/**
 * How stock was set before API version 2026-04: `changeFromQuantity` could be left out, and `inventorySetQuantities`
 * compared by `compareQuantity` or was told not to.
 * https://shopify.dev/changelog/finalizing-compare-and-swap-redesign-for-inventory-set-quantities
 */
const isEarlier = (schema: GraphQLSchema): boolean => apiVersionOf(schema) < '2026-04';

/** `InventorySetQuantitiesInput` before 2026-04. */
interface EarlierSetInput extends SetQuantitiesInput {
  readonly ignoreCompareQuantity?: boolean | null;
  readonly quantities: readonly (SetQuantitiesInput['quantities'][number] & {
    readonly compareQuantity?: number | null;
  })[];
}

interface SetPayload {
  readonly userErrors: readonly UserError[];
}

const stale = {
  code: 'COMPARE_QUANTITY_STALE',
  message: 'The compareQuantity argument no longer matches the persisted quantity.',
};

/** Runs `inventorySetQuantities`, and before 2026-04 by its fields of then. */
export function setByVersion(
  input: EarlierSetInput,
  schema: GraphQLSchema,
  set: (input: SetQuantitiesInput) => unknown,
): unknown {
  if (!isEarlier(schema)) return set(input);
  const { ignoreCompareQuantity, quantities, ...rest } = input;
  const isGiven = (quantity: EarlierSetInput['quantities'][number]): boolean =>
    quantity.compareQuantity != null || quantity.changeFromQuantity !== undefined;
  if (!ignoreCompareQuantity && !quantities.every(isGiven)) {
    const { userErrors, report } = collectUserErrors();
    const message =
      'The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity.';
    report('COMPARE_QUANTITY_REQUIRED', ['input', 'ignoreCompareQuantity'], message);
    return { inventoryAdjustmentGroup: null, userErrors };
  }
  const byCompare = (index: number): boolean => quantities[index]?.changeFromQuantity === undefined;
  const payload = set({
    ...rest,
    quantities: quantities.map(({ compareQuantity, changeFromQuantity, ...quantity }) => ({
      ...quantity,
      changeFromQuantity: changeFromQuantity ?? (ignoreCompareQuantity ? null : (compareQuantity ?? null)),
    })),
  }) as SetPayload;
  const userErrors = payload.userErrors.map((error) => {
    const isOurs = error.code === 'CHANGE_FROM_QUANTITY_STALE' && byCompare(Number(error.field?.[2]));
    return isOurs ? { ...error, ...stale, field: [...(error.field?.slice(0, -1) ?? []), 'compareQuantity'] } : error;
  });
  return { ...payload, userErrors };
}
