import {
  type InventoryAdjustmentGroupEntity,
  type InventoryLevelEntity,
  type QuantityName,
  type QuantityState,
  quantityStates,
  type StoredInventoryChange,
} from '../../../store/entities.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { collectUserErrors, type FieldPath, type ReportUserError, type UserError } from '../../errors.ts';
import { itemOwner } from './items.ts';
import { canStock, levelAt, newLevel, putLevel, quantityOf } from './levels.ts';

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

/** From the descriptions of `InventoryAdjustQuantitiesUserErrorCode` and `InventoryMoveQuantitiesUserErrorCode`. */
const maxQuantity = 2_000_000_000;

const tooHigh = "The quantity can't be higher than 2,000,000,000.";

/** `inventoryAdjustQuantities`. */
export function adjustQuantities(input: AdjustQuantitiesInput, context: ResolverContext): unknown {
  const problems = collectInOrder();
  const { report } = problems;
  checkCause(input, report);
  if (!isMutableState(input.name)) report('INVALID_QUANTITY_NAME', ['input', 'name'], invalidName);
  const changes = planAdjustments(input.name, input.changes, context, report);
  if (new Set(input.changes.map(({ ledgerDocumentUri }) => ledgerDocumentUri ?? null)).size > 1) {
    report(
      'MAX_ONE_LEDGER_DOCUMENT',
      ['input', 'changes'],
      'All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.',
    );
  }
  return settled(changes, problems.userErrors, input, context);
}

function planAdjustments(
  state: string,
  inputs: readonly ChangeInput[],
  context: ResolverContext,
  report: ReportUserError,
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
    if (!isMutableState(state)) return [];
    const current = reached.get(place) ?? level?.quantities[state] ?? 0;
    checkChangeFrom(input.changeFromQuantity, current, field, report);
    reached.set(place, current + input.delta);
    if (Math.abs(input.delta) <= maxQuantity) checkRange(current + input.delta, [...field, 'delta'], report);
    return [{ ...input, state }];
  });
}

function checkRange(quantity: number, field: FieldPath, report: ReportUserError): void {
  if (quantity > maxQuantity) report('INVALID_QUANTITY_TOO_HIGH', field, tooHigh);
  if (quantity < -maxQuantity)
    report('INVALID_QUANTITY_TOO_LOW', field, "The quantity can't be lower than -2,000,000,000.");
}

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
const maxTotal = 1_000_000_000;

const duplicate = 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR';

/** `inventorySetQuantities`. */
export function setQuantities(input: SetQuantitiesInput, context: ResolverContext): unknown {
  const problems = collectInOrder();
  const { report } = problems;
  if (input.name !== 'available' && input.name !== 'on_hand')
    report('INVALID_NAME', ['input', 'name'], "The quantity name must be either 'available' or 'on_hand'.");
  checkCause(input, report);
  const name = input.name === 'on_hand' ? 'on_hand' : 'available';
  const changes = planSets(name, input.quantities, 'quantities', context, report);
  return settled(changes, problems.userErrors, input, context);
}

/** `inventorySetOnHandQuantities`, the older form of the same. */
export function setOnHandQuantities(input: SetOnHandInput, context: ResolverContext): unknown {
  const problems = collectInOrder();
  const { report } = problems;
  checkCause(input, report);
  const changes = planSets('on_hand', input.setQuantities, 'setQuantities', context, (code, ...rest) =>
    // Its codes have no word for that.
    report(code === duplicate ? 'SET_ON_HAND_QUANTITIES_FAILED' : code, ...rest),
  );
  return settled(changes, problems.userErrors, input, context);
}

/** What lies between the wanted quantities and those of now. What is on hand changes by what is available. */
function planSets(
  name: Extract<QuantityName, 'available' | 'on_hand'>,
  inputs: readonly QuantityInput[],
  list: string,
  context: ResolverContext,
  report: ReportUserError,
): readonly PlannedChange[] {
  const placeOf = ({ inventoryItemId, locationId }: QuantityInput): string => `${inventoryItemId} ${locationId}`;
  const rows = Map.groupBy(inputs, placeOf);
  return inputs.flatMap((input, index) => {
    const field = ['input', list, index];
    if ((rows.get(placeOf(input))?.length ?? 0) > 1) {
      const message = 'The combination of inventoryItemId and locationId must be unique.';
      report(duplicate, [...field, 'locationId'], message);
    }
    checkTotal(name, input.quantity, [...field, 'quantity'], report);
    if (!checkPlace(input, field, context, report)) return [];

    const level = levelAt(context, input.inventoryItemId, input.locationId);
    const current = level ? quantityOf(level, name) : 0;
    checkChangeFrom(input.changeFromQuantity, current, field, report);
    return [{ ...input, state: 'available' as const, delta: input.quantity - current }];
  });
}

function checkTotal(name: 'available' | 'on_hand', quantity: number, field: FieldPath, report: ReportUserError): void {
  if (quantity > maxTotal)
    report('INVALID_QUANTITY_TOO_HIGH', field, "The quantity can't be higher than 1,000,000,000.");
  else if (name === 'on_hand' && quantity < 0)
    report('INVALID_QUANTITY_NEGATIVE', field, "The quantity can't be negative.");
  else if (quantity < -maxTotal)
    report('INVALID_QUANTITY_TOO_LOW', field, "The quantity can't be lower than -1,000,000,000.");
}

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

const maxLedgers = 2;

/** `inventoryMoveQuantities`: from one state to another, at one location. */
export function moveQuantities(input: MoveQuantitiesInput, context: ResolverContext): unknown {
  const terminals = input.changes.flatMap(({ from, to }) => [from, to]);
  const problems = collectInOrder();
  const { report } = problems;
  checkCause(input, report);
  if (new Set(terminals.flatMap(({ ledgerDocumentUri }) => ledgerDocumentUri ?? [])).size > maxLedgers) {
    report(
      'MAXIMUM_LEDGER_DOCUMENT_URIS',
      ['input', 'changes'],
      'Only a maximum of 2 ledger document URIs across all changes is allowed.',
    );
  }
  const changes = input.changes.flatMap((change, index) =>
    planMove(change, ['input', 'changes', index], context, report),
  );
  return settled(changes, problems.userErrors, input, context);
}

function planMove(
  { inventoryItemId, quantity, from, to }: MoveInput,
  field: FieldPath,
  context: ResolverContext,
  report: ReportUserError,
): readonly PlannedChange[] {
  if (quantity < 0) report('INVALID_QUANTITY_NEGATIVE', [...field, 'quantity'], "The quantity can't be negative.");
  if (quantity > maxQuantity) report('INVALID_QUANTITY_TOO_HIGH', [...field, 'quantity'], tooHigh);
  if (from.locationId !== to.locationId)
    report('DIFFERENT_LOCATIONS', field, "The quantities can't be moved between different locations.");
  if (from.name === to.name)
    report('SAME_QUANTITY_NAME', field, "The quantity names for each change can't be the same.");

  const hasItem = itemOwner(context, inventoryItemId) !== undefined;
  if (!hasItem) report('INVALID_INVENTORY_ITEM', [...field, 'inventoryItemId'], noItem);
  const ends = { from: { ...from, delta: -quantity }, to: { ...to, delta: quantity } };
  return Object.entries(ends).flatMap(([end, { name, locationId, ledgerDocumentUri, changeFromQuantity, delta }]) => {
    const place = [...field, end];
    if (!isMutableState(name)) {
      report('INVALID_QUANTITY_NAME', [...place, 'name'], invalidName);
      return [];
    }
    checkLedger(name, ledgerDocumentUri, place, report);
    const hasLocation = canStock(context, locationId);
    if (!hasLocation) report('INVALID_LOCATION', [...place, 'locationId'], noLocation);
    if (!hasItem || !hasLocation) return [];
    const current = levelAt(context, inventoryItemId, locationId)?.quantities[name] ?? 0;
    checkChangeFrom(changeFromQuantity, current, place, report);
    return [{ inventoryItemId, locationId, state: name, delta, ledgerDocumentUri }];
  });
}

const stale = 'CHANGE_FROM_QUANTITY_STALE';

const unknown = new Set(['INVALID_INVENTORY_ITEM', 'INVALID_LOCATION']);

/**
 * Collects user errors, of which Shopify tells in steps: what is wrong with the input by itself; then what isn't there;
 * then that a quantity is not the expected one. Recorded 2026-04 of the last step, inferred of the first.
 */
function collectInOrder(): { readonly userErrors: readonly UserError[]; readonly report: ReportUserError } {
  const { userErrors, report } = collectUserErrors();
  const stepOf = ({ code }: UserError): number => {
    if (code === stale) return 2;
    return code != null && unknown.has(code) ? 1 : 0;
  };
  return {
    report,
    get userErrors() {
      const first = Math.min(...userErrors.map(stepOf));
      return userErrors.filter((error) => stepOf(error) === first);
    },
  };
}

/** The payload of each of these mutations: with one user error nothing changes. */
function settled(
  changes: readonly PlannedChange[],
  userErrors: readonly UserError[],
  cause: Cause,
  context: ResolverContext,
): unknown {
  if (userErrors.length > 0) return { inventoryAdjustmentGroup: null, userErrors };
  return { inventoryAdjustmentGroup: applyChanges(changes, cause, context), userErrors: [] };
}

/** One change of one state of an item at a location. */
interface PlannedChange {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly state: QuantityState;
  readonly delta: number;
  readonly ledgerDocumentUri?: string | null | undefined;
}

/** Why quantities change. */
interface Cause {
  readonly reason: string;
  readonly referenceDocumentUri?: string | null;
}

const quantityNames: readonly QuantityName[] = [...quantityStates, 'on_hand'];

/**
 * Carries out changes that were checked. An item that is not stocked at a location is from now on; Shopify's error
 * for that is gone: https://shopify.dev/changelog/removal-of-itemnotstockedatlocation-error
 *
 * @returns What changed; `null` for nothing.
 */
function applyChanges(
  changes: readonly PlannedChange[],
  cause: Cause,
  context: ResolverContext,
): InventoryAdjustmentGroupEntity | null {
  const { store, shop, clock } = context;
  const now = isoNow(clock);
  const touched = new Map<string, Touched>();
  for (const change of changes) {
    const known = levelAt(context, change.inventoryItemId, change.locationId);
    const before = known ?? newLevel(change.inventoryItemId, change.locationId, now);
    const { before: first, after, ledgers } = touched.get(before.id) ?? { before, after: before, ledgers: new Map() };
    ledgers.set(change.state, change.ledgerDocumentUri ?? null);
    const quantities = { ...after.quantities, [change.state]: after.quantities[change.state] + change.delta };
    const changedAt = { ...after.changedAt, [change.state]: now };
    touched.set(before.id, { before: first, after: { ...after, quantities, changedAt }, ledgers });
  }

  const entries: StoredInventoryChange[] = [];
  for (const level of touched.values()) {
    const own = entriesOf(level);
    entries.push(...own);
    const { itemId, locationId } = level.before;
    const isStocked = levelAt(context, itemId, locationId)?.isActive === true;
    if (!isStocked || own.length > 0) putLevel(context, { ...level.after, isActive: true, updatedAt: now });
  }
  if (entries.length === 0) return null;
  // The change of `on_hand` follows from the other changes and is listed after them. Recorded 2025-10.
  entries.sort((a, b) => Number(a.name === 'on_hand') - Number(b.name === 'on_hand'));
  const group: InventoryAdjustmentGroupEntity = {
    id: store.nextId('InventoryAdjustmentGroup'),
    reason: cause.reason,
    referenceDocumentUri: cause.referenceDocumentUri ?? null,
    entries,
    createdAt: now,
  };
  store.put(shop, 'InventoryAdjustmentGroup', group);
  return group;
}

/** A level with what becomes of it. */
interface Touched {
  readonly before: InventoryLevelEntity;
  readonly after: InventoryLevelEntity;
  readonly ledgers: Map<QuantityName, string | null>;
}

function entriesOf({ before, after, ledgers }: Touched): readonly StoredInventoryChange[] {
  return quantityNames.flatMap((name) => {
    const delta = quantityOf(after, name) - quantityOf(before, name);
    const { itemId, locationId } = before;
    const ledgerDocumentUri = ledgers.get(name) ?? null;
    return delta === 0 ? [] : [{ itemId, locationId, name, delta, ledgerDocumentUri }];
  });
}

/** https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states */
const reasons = [
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
];

/** Whether a text is a URI with a scheme and something behind it. */
const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:(\/\/)?[^\s/]\S*$/i.test(text);

/** Why quantities change: a known reason, and a document that is a URI. */
function checkCause(
  input: { readonly reason: string; readonly referenceDocumentUri?: string | null },
  report: ReportUserError,
): void {
  if (!reasons.includes(input.reason)) {
    const message = `The specified reason is invalid. Valid values are: ${reasons.join(', ')}.`;
    report('INVALID_REASON', ['input', 'reason'], message);
  }
  if (input.referenceDocumentUri != null && !isUri(input.referenceDocumentUri)) {
    report(
      'INVALID_REFERENCE_DOCUMENT',
      ['input', 'referenceDocumentUri'],
      'The specified reference document is invalid.',
    );
  }
}

const noItem = 'The specified inventory item could not be found.';

const noLocation = 'The specified location could not be found.';

/** Whether item and location exist; reports which does not. */
function checkPlace(
  place: { readonly inventoryItemId: string; readonly locationId: string },
  field: FieldPath,
  context: ResolverContext,
  report: ReportUserError,
): boolean {
  const hasItem = itemOwner(context, place.inventoryItemId) !== undefined;
  const hasLocation = canStock(context, place.locationId);
  if (!hasItem) report('INVALID_INVENTORY_ITEM', [...field, 'inventoryItemId'], noItem);
  if (!hasLocation) report('INVALID_LOCATION', [...field, 'locationId'], noLocation);
  return hasItem && hasLocation;
}

/** Reports a quantity that differs from what the caller expects. */
function checkChangeFrom(
  expected: number | null | undefined,
  actual: number,
  field: FieldPath,
  report: ReportUserError,
): void {
  if (expected == null || expected === actual) return;
  report(
    stale,
    [...field, 'changeFromQuantity'],
    'The changeFromQuantity argument no longer matches the persisted quantity.',
  );
}

/** States that apps may change; what is committed follows from orders. */
const mutable: ReadonlySet<string> = new Set<QuantityState>([
  'available',
  'damaged',
  'incoming',
  'quality_control',
  'reserved',
  'safety_stock',
]);

const invalidName = `The specified quantity name is invalid. Valid values are: ${[...mutable].join(', ')}.`;

/** Whether a quantity name is that of a state which apps may change. */
const isMutableState = (name: string): name is QuantityState => mutable.has(name);

/** What is available has no ledger document; every other state needs one of the app's own. */
function checkLedger(state: string, uri: string | null | undefined, place: FieldPath, report: ReportUserError): void {
  const field = [...place, 'ledgerDocumentUri'];
  if (state === 'available') {
    if (uri != null)
      report('INVALID_AVAILABLE_DOCUMENT', field, 'A ledger document URI is not allowed when adjusting available.');
  } else if (uri == null) {
    report('INVALID_QUANTITY_DOCUMENT', field, 'A ledger document URI is required except when adjusting available.');
  } else if (uri.startsWith('gid://shopify/')) {
    report(
      'INTERNAL_LEDGER_DOCUMENT',
      field,
      'Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.',
    );
  } else if (!isUri(uri)) {
    report('INVALID_LEDGER_DOCUMENT', field, 'The specified ledger document is invalid.');
  }
}
