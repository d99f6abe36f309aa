import type { ProductSetUserErrorCode } from '../../../../../admin/operations/generated/graphql.ts';
import type { ResolverContext } from '../../types.ts';

/** One entry of `ProductSetPayload.userErrors`. */
export interface ProductSetUserError {
  readonly code: ProductSetUserErrorCode;
  /** Path of the input field, with list positions from 0. */
  readonly field: readonly string[];
  readonly message: string;
}

/** Notes one problem. The work goes on, so that all problems are reported together. */
export type Report = (code: ProductSetUserErrorCode, field: readonly (string | number)[], message: string) => void;

/** What the parts of `productSet` work with. */
export interface ProductSetContext extends ResolverContext {
  readonly report: Report;
  /** ISO 8601. */
  readonly now: string;
}

/** Makes a `report` and the list that it fills. */
export function collectUserErrors(): { readonly report: Report; readonly userErrors: readonly ProductSetUserError[] } {
  const userErrors: ProductSetUserError[] = [];
  return {
    userErrors,
    report: (code, field, message) => userErrors.push({ code, field: field.map(String), message }),
  };
}
