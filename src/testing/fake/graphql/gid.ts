import { GraphQLError } from 'graphql';
import { hashText } from '../random.ts';

/** A gid taken apart. */
export interface ParsedGid {
  /** Type name, such as `Product`. */
  readonly kind: string;
  /** What follows it, without a query. */
  readonly key: string;
}

/** Splits `gid://shopify/Product/1` into its parts; `undefined` if it is not a gid. */
export function parseGid(id: string): ParsedGid | undefined {
  const [, kind, key] = /^gid:\/\/shopify\/([A-Za-z]+)\/([^?/]+)(\?.*)?$/.exec(id) ?? [];
  return kind !== undefined && key !== undefined ? { kind, key } : undefined;
}

/** Whether a text is a gid, of whatever type. */
export const isGid = (id: string): boolean => /^gid:\/\/[\w-]+\/\w+\/[^?]+/.test(id);

/**
 * Like Shopify, refuses an argument that is not a gid, or that is the gid of another kind.
 *
 * @throws GraphQLError in Shopify's words.
 */
export function requireGid(id: string, kind?: string): ParsedGid {
  const parsed = parseGid(id);
  if (parsed && kind !== undefined && parsed.kind !== kind)
    throw new GraphQLError(`Invalid id: ${id}`, { extensions: { code: 'RESOURCE_NOT_FOUND' } });
  if (parsed) return parsed;
  throw new GraphQLError(`Invalid global id '${id}'`, {
    extensions: { code: 'argumentLiteralsIncompatible', typeName: 'CoercionError' },
  });
}

/** A gid that is the same for each run, for what has no entity, such as the shop itself. */
export const stableGid = (kind: string, name: string): string => `gid://shopify/${kind}/${hashText(name)}`;
