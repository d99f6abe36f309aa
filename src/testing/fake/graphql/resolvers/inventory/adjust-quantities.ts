import type { QuantityState } from '../../../store/inventory-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { collectProblems, type FieldPath } from '../problems.ts';
import { applyChanges, type Cause, type PlannedChange } from './apply-changes.ts';
import { checkCause, checkChangeFrom, checkPlace, type InventoryReport, requireChangeFrom } from './checks.ts';
import { checkLedger, isMutableState } from './ledger.ts';
import { levelAt } from './levels.ts';

/** `InventoryChangeInput`. */
interface ChangeInput {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly delta: number;
  readonly changeFromQuantity?: number | null;
  readonly ledgerDocumentUri?: string | null;
}

/** `InventoryAdjustQuantitiesInput`. */
export interface AdjustQuantitiesInput extends Cause {
  readonly name: string;
  readonly changes: readonly ChangeInput[];
}

/** From the descriptions of `InventoryAdjustQuantitiesUserErrorCode`. */
const maxQuantity = 2_000_000_000;

/** `inventoryAdjustQuantities`. */
export function adjustQuantities(input: AdjustQuantitiesInput, context: ResolverContext): unknown {
  requireChangeFrom(input.changes, 'InventoryChangeInput');
  const { list, report } = collectProblems<string>();
  checkCause(input, report);
  const changes = isMutableState(input.name) ? planned(input.name, input.changes, context, report) : [];
  if (!isMutableState(input.name))
    report('INVALID_QUANTITY_NAME', ['input', 'name'], 'The specified quantity name is invalid.');
  if (new Set(input.changes.map(({ ledgerDocumentUri }) => ledgerDocumentUri ?? null)).size > 1) {
    report(
      'MAX_ONE_LEDGER_DOCUMENT',
      ['input', 'changes'],
      'All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.',
    );
  }
  if (list.length > 0) return { inventoryAdjustmentGroup: null, userErrors: list };
  return { inventoryAdjustmentGroup: applyChanges(changes, input, context), userErrors: [] };
}

function planned(
  state: QuantityState,
  inputs: readonly ChangeInput[],
  context: ResolverContext,
  report: InventoryReport,
): readonly PlannedChange[] {
  // Several changes of one quantity add up.
  const reached = new Map<string, number>();
  return inputs.flatMap((input, index) => {
    const field = ['input', 'changes', index];
    checkLedger(state, input.ledgerDocumentUri, field, report);
    checkRange(input.delta, [...field, 'delta'], report);
    if (!checkPlace(input, field, context, report)) return [];

    const place = `${input.inventoryItemId} ${input.locationId}`;
    const level = levelAt(context, input.inventoryItemId, input.locationId);
    const current = reached.get(place) ?? level?.quantities[state] ?? 0;
    checkChangeFrom(input.changeFromQuantity, current, field, report);
    reached.set(place, current + input.delta);
    if (Math.abs(input.delta) <= maxQuantity) checkRange(current + input.delta, [...field, 'delta'], report);
    return [{ ...input, state }];
  });
}

function checkRange(quantity: number, field: FieldPath, report: InventoryReport): void {
  if (quantity > maxQuantity)
    report('INVALID_QUANTITY_TOO_HIGH', field, "The quantity can't be higher than 2,000,000,000.");
  if (quantity < -maxQuantity)
    report('INVALID_QUANTITY_TOO_LOW', field, "The quantity can't be lower than -2,000,000,000.");
}
