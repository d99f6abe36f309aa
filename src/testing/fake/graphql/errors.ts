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
