import type { QuantityName } from '../../../store/inventory-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { collectProblems } from '../problems.ts';
import { applyChanges, type Cause, type PlannedChange } from './apply-changes.ts';
import { checkCause, checkChangeFrom, checkPlace, type InventoryReport, requireChangeFrom } from './checks.ts';
import { levelAt, quantityOf } from './levels.ts';

/** `InventoryQuantityInput` and `InventorySetQuantityInput`. */
interface QuantityInput {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly quantity: number;
  readonly changeFromQuantity?: number | null;
}

/** `InventorySetQuantitiesInput`. */
export interface SetQuantitiesInput extends Cause {
  readonly name: string;
  readonly quantities: readonly QuantityInput[];
}

/** `InventorySetOnHandQuantitiesInput`. */
export interface SetOnHandInput extends Cause {
  readonly setQuantities: readonly QuantityInput[];
}

/** From the descriptions of `InventorySetQuantitiesUserErrorCode`. */
const maxQuantity = 1_000_000_000;

const duplicate = 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR';

/** `inventorySetQuantities`. */
export function setQuantities(input: SetQuantitiesInput, context: ResolverContext): unknown {
  requireChangeFrom(input.quantities, 'InventoryQuantityInput');
  const { list, report } = collectProblems<string>();
  if (input.name !== 'available' && input.name !== 'on_hand')
    report('INVALID_NAME', ['input', 'name'], "The quantity name must be either 'available' or 'on_hand'.");
  checkCause(input, report);
  const name = input.name === 'on_hand' ? 'on_hand' : 'available';
  const changes = planned(name, input.quantities, 'quantities', context, report);
  if (list.length > 0) return { inventoryAdjustmentGroup: null, userErrors: list };
  return { inventoryAdjustmentGroup: applyChanges(changes, input, context), userErrors: [] };
}

/** `inventorySetOnHandQuantities`, the older form of the same. */
export function setOnHandQuantities(input: SetOnHandInput, context: ResolverContext): unknown {
  requireChangeFrom(input.setQuantities, 'InventorySetQuantityInput');
  const { list, report } = collectProblems<string>();
  checkCause(input, report);
  const changes = planned('on_hand', input.setQuantities, 'setQuantities', context, (code, ...rest) =>
    // Its codes have no word for that.
    report(code === duplicate ? 'SET_ON_HAND_QUANTITIES_FAILED' : code, ...rest),
  );
  if (list.length > 0) return { inventoryAdjustmentGroup: null, userErrors: list };
  return { inventoryAdjustmentGroup: applyChanges(changes, input, context), userErrors: [] };
}

/** What lies between the wanted quantities and those of now. What is on hand changes by what is available. */
function planned(
  name: Extract<QuantityName, 'available' | 'on_hand'>,
  inputs: readonly QuantityInput[],
  list: string,
  context: ResolverContext,
  report: InventoryReport,
): readonly PlannedChange[] {
  const places = new Set<string>();
  return inputs.flatMap((input, index) => {
    const field = ['input', list, index];
    const place = `${input.inventoryItemId} ${input.locationId}`;
    if (places.has(place)) {
      report(duplicate, field, 'The combination of inventoryItemId and locationId must be unique.');
    }
    places.add(place);
    checkRange(name, input.quantity, [...field, 'quantity'], report);
    if (!checkPlace(input, field, context, report)) return [];

    const level = levelAt(context, input.inventoryItemId, input.locationId);
    const current = level ? quantityOf(level, name) : 0;
    checkChangeFrom(input.changeFromQuantity, current, field, report);
    return [{ ...input, state: 'available' as const, delta: input.quantity - current }];
  });
}

function checkRange(
  name: 'available' | 'on_hand',
  quantity: number,
  field: readonly (string | number)[],
  report: InventoryReport,
): void {
  if (quantity > maxQuantity)
    report('INVALID_QUANTITY_TOO_HIGH', field, "The total quantity can't be higher than 1,000,000,000.");
  else if (name === 'on_hand' && quantity < 0)
    report('INVALID_QUANTITY_NEGATIVE', field, "The quantity can't be negative.");
  else if (quantity < -maxQuantity)
    report('INVALID_QUANTITY_TOO_LOW', field, "The total quantity can't be lower than -1,000,000,000.");
}
