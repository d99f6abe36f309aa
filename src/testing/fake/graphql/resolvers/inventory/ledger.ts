import type { QuantityState } from '../../../store/inventory-entities.ts';
import type { FieldPath } from '../problems.ts';
import { type InventoryReport, isUri } from './checks.ts';

/** States that apps may change; what is committed follows from orders. */
const mutable: ReadonlySet<string> = new Set<QuantityState>([
  'available',
  'damaged',
  'incoming',
  'quality_control',
  'reserved',
  'safety_stock',
]);

/** Whether a quantity name is that of a state which apps may change. */
export const isMutableState = (name: string): name is QuantityState => mutable.has(name);

/** What is available has no ledger document; every other state needs one of the app's own. */
export function checkLedger(
  state: QuantityState,
  uri: string | null | undefined,
  place: FieldPath,
  report: InventoryReport,
): void {
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
