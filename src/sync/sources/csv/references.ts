import type { GraphqlClient } from '../../../graphql/graphql.ts';
import {
  MetafieldReferencesDocument,
  MetaobjectByHandleDocument,
  MetaobjectTypeReadDocument,
} from '../../../graphql/operations/generated/graphql.ts';
import type { MetafieldName } from './shopify-products.ts';

/**
 * Finds the metaobjects that a product CSV refers to by handle, for `resolveReference` of `readCsv`: the values of
 * linked options, and metafields that refer to metaobjects. Their type is read from the shop's definition of the
 * metafield: two calls for each metafield, and one for each handle. The token needs `read_metaobjects`.
 *
 * @returns A function that returns the gid; `undefined` if the shop has no such metaobject, or the type is not a
 * metaobject reference. It throws what calls throw, such as an `AccessDeniedError`.
 *
 * @example
 * const { drafts, issues } = await readCsv(file, { format: 'shopify', resolveReference: createReferences(client) }).collect();
 */
export function createReferences(
  client: GraphqlClient,
): (handle: string, name: MetafieldName, type: string) => Promise<string | undefined> {
  const types = new Map<string, string | undefined>();
  return async (handle, name, type) => {
    if (!/^(list\.)?metaobject_reference$/.test(type)) return undefined;
    const about = `${name.namespace}.${name.key}`;
    if (!types.has(about)) types.set(about, await metaobjectType(client, name));
    const found = types.get(about);
    if (found === undefined) return undefined;
    const variables = { handle: { type: found, handle } };
    const { data } = await client.graphql(MetaobjectByHandleDocument, variables, { priority: 'background' });
    return data.metaobjectByHandle?.id;
  };
}

/** The type of the metaobjects that a metafield of products refers to. */
async function metaobjectType(client: GraphqlClient, { namespace, key }: MetafieldName): Promise<string | undefined> {
  const options = { priority: 'background' } as const;
  const { data } = await client.graphql(MetafieldReferencesDocument, { namespace, key }, options);
  const validations = data.metafieldDefinitions.nodes[0]?.validations ?? [];
  const id = validations.find(({ name }) => name === 'metaobject_definition_id')?.value;
  if (!id) return undefined;
  const read = await client.graphql(MetaobjectTypeReadDocument, { id }, options);
  return read.data.metaobjectDefinition?.type;
}
