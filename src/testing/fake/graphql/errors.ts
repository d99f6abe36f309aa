import { GraphQLError } from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/errors.ts';

/** One entry of an answer's `errors`, with the place in the query. */
export interface LocatedErrorEntry extends GraphqlErrorEntry {
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
}

/** What the schema has and the fake does not model. */
export function notSimulated(what: string): GraphQLError {
  return new GraphQLError(`\`${what}\` is not simulated by the fake`, { extensions: { code: 'NOT_SIMULATED' } });
}

/** An argument that the schema allows and Shopify refuses. */
export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
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

/** One entry of a payload's `userErrors`. */
export interface UserProblem {
  /** Absent where the type of the payload has no codes. */
  readonly code?: string;
  /** Path of the input field, with list positions from 0; `null` where no field is to blame. */
  readonly field: readonly string[] | null;
  readonly message: string;
}

/** A path of an input field; numbers are positions in a list. */
export type FieldPath = readonly (string | number)[];

/** Problems that are noted one by one, so that all are reported together. */
export interface Problems<Code extends string> {
  readonly list: readonly UserProblem[];
  readonly report: (code: Code, field: FieldPath, message: string) => void;
}

/** Makes an empty list of problems with codes. */
export function collectProblems<Code extends string>(): Problems<Code> {
  const list: UserProblem[] = [];
  return { list, report: (code, field, message) => list.push({ code, field: field.map(String), message }) };
}

/** One problem of a payload whose errors have no codes. */
export function plainProblem(field: FieldPath, message: string): UserProblem {
  return { field: field.map(String), message };
}
