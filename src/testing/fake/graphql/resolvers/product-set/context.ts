import type { ProductSetUserErrorCode } from '../../../../../graphql/operations/generated/graphql.ts';
import type { InventoryLevelEntity } from '../../../store/entities.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { collectUserErrors, type ReportUserError, type UserError } from '../../errors.ts';

/**
 * What the parts of `productSet` work with. The other mutations that build products and variants use the same parts,
 * and say by `codes` how their payloads call what the parts report.
 */
export interface ProductSetContext extends ResolverContext {
  readonly report: ReportUserError<ProductSetUserErrorCode | FinerCode>;
  /** ISO 8601. */
  readonly now: string;
  /** Levels of inventory that come with the product. */
  readonly stock: InventoryLevelEntity[];
}

/** What is wrong in finer codes than those of `productSet`: other mutations have them. */
type FinerCode =
  | 'NEED_TO_ADD_OPTION_VALUES'
  | 'NEGATIVE_PRICE_VALUE'
  | 'TRACKED_VARIANT_LOCATION_NOT_FOUND'
  | 'VARIANT_ALREADY_EXISTS';

/** How `ProductSetUserErrorCode` calls them. */
const productSetCodes: Readonly<Record<string, string>> = {
  NEED_TO_ADD_OPTION_VALUES: 'INVALID_VARIANT',
  NEGATIVE_PRICE_VALUE: 'INVALID_VARIANT',
  TRACKED_VARIANT_LOCATION_NOT_FOUND: 'INVALID_INPUT',
  VARIANT_ALREADY_EXISTS: 'INVALID_VARIANT',
} satisfies Record<FinerCode, ProductSetUserErrorCode>;

/**
 * Begins to build a product.
 *
 * @param codes Codes of the payload where they differ from those that are reported.
 */
export function beginBuilding(
  context: ResolverContext,
  codes: Readonly<Record<string, string>> = productSetCodes,
): { readonly building: ProductSetContext; readonly userErrors: readonly UserError[] } {
  const { report, userErrors } = collectUserErrors();
  const building: ProductSetContext = {
    ...context,
    report: (code, field, message) => report(codes[code] ?? code, field, message),
    now: isoNow(context.clock),
    stock: [],
  };
  return { building, userErrors };
}
