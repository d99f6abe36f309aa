import type { MetafieldInput } from '../../../graphql/operations/generated/graphql.ts';
import { isRecord } from '../../../internal/json.ts';
import type { StoredMetafield } from '../store/entities.ts';
import type { Json } from './types.ts';

/** A text, also where a number was sent; `undefined` where nothing was, so that it stays as it is. */
export function textOf(value: unknown): string | null | undefined {
  return value === undefined || value === null ? value : String(value);
}

/** A truth, or `undefined` where none was sent. */
export const truthOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A list of objects, or `undefined` where none was sent. */
export function listOf(value: unknown): readonly Json[] | undefined {
  return Array.isArray(value) ? value.filter(isRecord) : undefined;
}

/** The gid for a number of a body, exactly. */
export const gidOf = (kind: string, id: unknown): string => `gid://shopify/${kind}/${String(id)}`;

/** The metafields that a body names, beside those that are there: REST deletes none. */
export function metafieldsOf(value: unknown, existing: readonly StoredMetafield[] = []): MetafieldInput[] | undefined {
  const given = listOf(value)?.map(({ id, namespace, key, type, value: content }) => ({
    id: id === undefined ? undefined : gidOf('Metafield', id),
    namespace: textOf(namespace),
    key: textOf(key),
    type: textOf(type),
    value: textOf(content),
  }));
  if (!given) return undefined;
  const kept = existing.filter(
    (metafield) =>
      !given.some(({ id, namespace, key }) => {
        return id === metafield.id || (namespace === metafield.namespace && key === metafield.key);
      }),
  );
  return [
    ...kept.map(({ id, namespace, key, type, value: content }) => ({ id, namespace, key, type, value: content })),
    ...given,
  ];
}
