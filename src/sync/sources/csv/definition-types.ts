import type { GraphqlClient } from '../../../graphql/graphql.ts';
import { MetafieldDefinitionByKeyDocument } from '../../../graphql/operations/generated/graphql.ts';
import type { MetafieldName } from './shopify-products.ts';

/**
 * Reads the types of product metafields from a shop's definitions, for `definitionType` of `readCsv`: one call for each
 * metafield.
 *
 * @returns A function that returns the type, such as `single_line_text_field`; `undefined` if the shop has no
 * definition. It throws what calls throw.
 *
 * @example
 * const { drafts, issues } = await readCsv(file, { format: 'shopify', definitionType: createDefinitionTypes(client) }).collect();
 */
export function createDefinitionTypes(client: GraphqlClient): (name: MetafieldName) => Promise<string | undefined> {
  return async ({ namespace, key }) => {
    const variables = { ownerType: 'PRODUCT', namespace, key } as const;
    const { data } = await client.graphql(MetafieldDefinitionByKeyDocument, variables, { priority: 'background' });
    return data.metafieldDefinitions.nodes[0]?.type.name;
  };
}
