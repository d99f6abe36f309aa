import type { ProductSetUserErrorCode } from '../../../../../graphql/operations/generated/graphql.ts';
import type { InventoryLevelEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import type { FieldPath } from '../../errors.ts';

/** One entry of `ProductSetPayload.userErrors`. */
export interface ProductSetUserError {
  readonly code: ProductSetUserErrorCode;
  /** Path of the input field, with list positions from 0. */
  readonly field: readonly string[];
  readonly message: string;
}

/** Problems for which `productSet` has no code of its own, and other mutations have. */
type FinerCode =
  | 'NEED_TO_ADD_OPTION_VALUES'
  | 'NEGATIVE_PRICE_VALUE'
  | 'TRACKED_VARIANT_LOCATION_NOT_FOUND'
  | 'VARIANT_ALREADY_EXISTS';

/** Notes one problem. The work goes on, so that all problems are reported together. */
type Report = (code: ProductSetUserErrorCode | FinerCode, field: FieldPath, message: string) => void;

/** What the parts of `productSet` work with. */
export interface ProductSetContext extends ResolverContext {
  readonly report: Report;
  /** ISO 8601. */
  readonly now: string;
  /** Levels of inventory that come with the product. */
  readonly stock: InventoryLevelEntity[];
}

const ownCodes: Readonly<Record<string, ProductSetUserErrorCode>> = {
  NEED_TO_ADD_OPTION_VALUES: 'INVALID_VARIANT',
  NEGATIVE_PRICE_VALUE: 'INVALID_VARIANT',
  TRACKED_VARIANT_LOCATION_NOT_FOUND: 'INVALID_INPUT',
  VARIANT_ALREADY_EXISTS: 'INVALID_VARIANT',
} satisfies Record<FinerCode, ProductSetUserErrorCode>;

/** Makes a `report` and the list that it fills. */
export function collectProductSetErrors(): {
  readonly report: Report;
  readonly userErrors: readonly ProductSetUserError[];
} {
  const userErrors: ProductSetUserError[] = [];
  return {
    userErrors,
    report: (code, field, message) =>
      userErrors.push({ code: ownCodes[code] ?? code, field: field.map(String), message }),
  };
}
