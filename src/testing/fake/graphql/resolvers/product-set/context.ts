import type { ProductSetUserErrorCode } from '../../../../../graphql/operations/generated/graphql.ts';
import type { InventoryLevelEntity } from '../../../store/entities.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { collectUserErrors, type FieldPath, type ReportUserError, type UserError } from '../../errors.ts';

/**
 * What the parts of `productSet` work with. The other mutations that build products and variants use the same parts,
 * and say by a `Naming` how their payloads call what the parts report.
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
  | 'CANNOT_SPECIFY_BOTH'
  | 'CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE'
  | 'DUPLICATED_OPTION_IN_VARIANT'
  | 'NEED_TO_ADD_OPTION_VALUES'
  | 'NEGATIVE_COST'
  | 'NEGATIVE_PRICE_VALUE'
  | 'OPTION_NAME_DELIMITER'
  | 'TOO_LONG'
  | 'TRACKED_VARIANT_LOCATION_NOT_FOUND'
  | 'VARIANT_ALREADY_EXISTS';

/** One thing that is wrong, as a mutation says it. */
interface Said {
  readonly code: string;
  readonly field: FieldPath;
  readonly message: string;
}

/** Says in a mutation's own codes, fields and words what the parts of `productSet` report. */
export type Naming = (problem: Said) => Said;

/** Changes the codes alone; one that is not there keeps its name. */
export const namedBy =
  (codes: Readonly<Record<string, string>>): Naming =>
  (problem) => ({ ...problem, code: codes[problem.code] ?? problem.code });

const productSetCodes = namedBy({
  CANNOT_SPECIFY_BOTH: 'INVALID_VARIANT',
  CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE: 'INVALID_VARIANT',
  DUPLICATED_OPTION_IN_VARIANT: 'INVALID_VARIANT',
  NEED_TO_ADD_OPTION_VALUES: 'INVALID_VARIANT',
  NEGATIVE_COST: 'INVALID_VARIANT',
  NEGATIVE_PRICE_VALUE: 'INVALID_VARIANT',
  OPTION_NAME_DELIMITER: 'INVALID_INPUT',
  TOO_LONG: 'INVALID_PRODUCT',
  TRACKED_VARIANT_LOCATION_NOT_FOUND: 'INVALID_INPUT',
  VARIANT_ALREADY_EXISTS: 'INVALID_VARIANT',
} satisfies Record<FinerCode, ProductSetUserErrorCode>);

/** `productSet` blames the input as a whole for a text of the product that is too long. */
const productSetNaming: Naming = (problem) => productSetCodes(problem.code === 'TOO_LONG' ? tooLong(problem) : problem);

/** The message about a title has neither its name nor a path. Recorded 2025-10. */
const tooLong = (problem: Said): Said =>
  problem.field.at(-1) === 'title'
    ? { ...problem, message: problem.message.replace(/^Title /, '') }
    : { ...problem, field: ['input'] };

/** Begins to build a product. */
export function beginBuilding(
  context: ResolverContext,
  say: Naming = productSetNaming,
): { readonly building: ProductSetContext; readonly userErrors: readonly UserError[] } {
  const { report, userErrors } = collectUserErrors();
  const building: ProductSetContext = {
    ...context,
    report(code, field, message) {
      const said = say({ code, field, message });
      report(said.code, said.field, said.message);
    },
    now: isoNow(context.clock),
    stock: [],
  };
  return { building, userErrors };
}
