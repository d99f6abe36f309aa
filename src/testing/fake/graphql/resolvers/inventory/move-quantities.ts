import type { ResolverContext } from '../../context.ts';
import { collectProblems, type FieldPath } from '../problems.ts';
import { applyChanges, type Cause, type PlannedChange } from './apply-changes.ts';
import { checkCause, checkChangeFrom, checkPlace, type InventoryReport, requireChangeFrom } from './checks.ts';
import { checkLedger, isMutableState } from './ledger.ts';
import { levelAt } from './levels.ts';

/** `InventoryMoveQuantityTerminalInput`. */
interface MoveTerminal {
  readonly locationId: string;
  readonly name: string;
  readonly changeFromQuantity?: number | null;
  readonly ledgerDocumentUri?: string | null;
}

/** `InventoryMoveQuantityChange`. */
interface MoveInput {
  readonly inventoryItemId: string;
  readonly quantity: number;
  readonly from: MoveTerminal;
  readonly to: MoveTerminal;
}

/** `InventoryMoveQuantitiesInput`. */
export interface MoveQuantitiesInput extends Cause {
  readonly changes: readonly MoveInput[];
}

/** From the descriptions of `InventoryMoveQuantitiesUserErrorCode`. */
const maxQuantity = 2_000_000_000;

const maxLedgers = 2;

/** `inventoryMoveQuantities`: from one state to another, at one location. */
export function moveQuantities(input: MoveQuantitiesInput, context: ResolverContext): unknown {
  const terminals = input.changes.flatMap(({ from, to }) => [from, to]);
  requireChangeFrom(terminals, 'InventoryMoveQuantityTerminalInput');
  const { list, report } = collectProblems<string>();
  checkCause(input, report);
  if (new Set(terminals.flatMap(({ ledgerDocumentUri }) => ledgerDocumentUri ?? [])).size > maxLedgers) {
    report(
      'MAXIMUM_LEDGER_DOCUMENT_URIS',
      ['input', 'changes'],
      'Only a maximum of 2 ledger document URIs across all changes is allowed.',
    );
  }
  const changes = input.changes.flatMap((change, index) =>
    planned(change, ['input', 'changes', index], context, report),
  );
  if (list.length > 0) return { inventoryAdjustmentGroup: null, userErrors: list };
  return { inventoryAdjustmentGroup: applyChanges(changes, input, context), userErrors: [] };
}

function planned(
  { inventoryItemId, quantity, from, to }: MoveInput,
  field: FieldPath,
  context: ResolverContext,
  report: InventoryReport,
): readonly PlannedChange[] {
  if (quantity < 0) report('INVALID_QUANTITY_NEGATIVE', [...field, 'quantity'], "The quantity can't be negative.");
  if (quantity > maxQuantity)
    report('INVALID_QUANTITY_TOO_HIGH', [...field, 'quantity'], "The quantity can't be higher than 2,000,000,000.");
  if (from.locationId !== to.locationId)
    report('DIFFERENT_LOCATIONS', field, "The quantities can't be moved between different locations.");
  if (from.name === to.name)
    report('SAME_QUANTITY_NAME', field, "The quantity names for each change can't be the same.");

  const ends = { from: { ...from, delta: -quantity }, to: { ...to, delta: quantity } };
  return Object.entries(ends).flatMap(([end, { name, locationId, ledgerDocumentUri, changeFromQuantity, delta }]) => {
    const place = [...field, end];
    if (!isMutableState(name)) {
      report('INVALID_QUANTITY_NAME', [...place, 'name'], 'The specified quantity name is invalid.');
      return [];
    }
    checkLedger(name, ledgerDocumentUri, place, report);
    if (!checkPlace({ inventoryItemId, locationId }, place, context, report)) return [];
    const current = levelAt(context, inventoryItemId, locationId)?.quantities[name] ?? 0;
    checkChangeFrom(changeFromQuantity, current, place, report);
    return [{ inventoryItemId, locationId, state: name, delta, ledgerDocumentUri }];
  });
}
