// @ts-nocheck
import { GraphQLError } from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/errors.ts';

/**
 * A part of the schema that the fake does not model. It says so instead of doing nothing: an ignored input would turn a
 * test green that fails on Shopify.
 */
export function notSimulated(what: string): GraphQLError {
  return new GraphQLError(`\`${what}\` is not simulated by the fake`, { extensions: { code: 'NOT_SIMULATED' } });
}

/**
 * Refuses input fields that the fake would have to ignore. `null` and `false` ask for nothing.
 *
 * @param type Name of the input type.
 * @throws GraphQLError `NOT_SIMULATED` that names the first such field.
 */
export function requireSimulated(input: object, simulated: ReadonlySet<string>, type: string): void {
  for (const [name, value] of Object.entries(input)) {
    if (value != null && value !== false && !simulated.has(name)) throw notSimulated(`${type}.${name}`);
  }
}

/** An argument that the schema allows and Shopify refuses. */
export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

/**
 * Refuses a call that gives none or several of some arguments of which it must give one.
 *
 * @param names In the order of the schema.
 * @throws GraphQLError `INVALID_FIELD_ARGUMENTS`.
 */
export function requireOneArgument(field: string, args: object, names: readonly string[]): void {
  const given = Object.entries(args).filter(([name, value]) => names.includes(name) && value != null);
  if (given.length === 1) return;
  throw new GraphQLError(`${field} must include exactly one of the following arguments: ${names.join(', ')}.`, {
    extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
  });
}

/** One entry of a payload's `userErrors`, of whatever mutation. */
export interface UserError {
  /** Absent where the type of the payload has no codes; `null` where it has them and Shopify gives none. */
  readonly code?: string | null;
  /** Path of the input field, with list positions from 0; `null` where no field is to blame. */
  readonly field: readonly string[] | null;
  readonly message: string;
}

/** The path of an input field; numbers are positions in a list. */
export type FieldPath = readonly (string | number)[];

/** Notes one user error. The work goes on, so that all errors are reported together. */
export type ReportUserError<Code extends string = string> = (code: Code, field: FieldPath, message: string) => void;

/** Makes a `report` and the list that it fills. */
export function collectUserErrors<Code extends string = string>(): {
  readonly userErrors: readonly UserError[];
  readonly report: ReportUserError<Code>;
} {
  const userErrors: UserError[] = [];
  return {
    userErrors,
    report: (code, field, message) => userErrors.push(userError(field, message, code)),
  };
}

/** One user error; without a code for payloads whose errors have none. */
export function userError(field: FieldPath | null, message: string, code?: string): UserError {
  return { ...(code !== undefined && { code }), field: field?.map(String) ?? null, message };
}

/** One entry of a response's `errors`, with the place in the query. */
export interface LocatedErrorEntry extends GraphqlErrorEntry {
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
}

/** The entry for an error of the execution. One without a code came out of a resolver by accident. */
export function errorEntry(error: GraphQLError): LocatedErrorEntry {
  return {
    message: error.message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: 'code' in error.extensions ? error.extensions : { ...error.extensions, code: 'INTERNAL_SERVER_ERROR' },
  };
}
