import type { ShopifyClient } from 'shopwright';
import type { ManualClock } from 'shopwright/testing';

/** Gives a shop the metaobjects `black`, `white` and `red`, and the metafield `custom.colour` that lists them. */
export async function shopWithColours(client: ShopifyClient, clock?: ManualClock) {
  const send = async (mutation: string, variables: object): Promise<Record<string, Record<string, { id: string }>>> => {
    const sending = client.graphql(mutation, variables);
    return (await (clock ? clock.run(sending) : sending)).data as never;
  };
  const created = await send(
    'mutation ($definition: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } userErrors { message } } }',
    {
      definition: {
        ...{ type: 'colour', displayNameKey: 'label' },
        fieldDefinitions: [{ key: 'label', type: 'single_line_text_field' }],
      },
    },
  );
  const value = created['metaobjectDefinitionCreate']?.['metaobjectDefinition']?.id;
  await send(
    'mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { message } } }',
    {
      definition: {
        ...{ namespace: 'custom', key: 'colour', name: 'Colour', ownerType: 'PRODUCT' },
        ...{ type: 'list.metaobject_reference', validations: [{ name: 'metaobject_definition_id', value }] },
      },
    },
  );
  const colour = async (handle: string, label: string): Promise<string> => {
    const upserted = await send(
      'mutation ($handle: MetaobjectHandleInput!, $fields: [MetaobjectFieldInput!]) { metaobjectUpsert(handle: $handle, metaobject: { fields: $fields }) { metaobject { id } userErrors { message } } }',
      { handle: { type: 'colour', handle }, fields: [{ key: 'label', value: label }] },
    );
    return upserted['metaobjectUpsert']?.['metaobject']?.id ?? '';
  };
  return {
    black: await colour('black', 'Black'),
    white: await colour('white-1', 'Off-white'),
    red: await colour('red', 'Red'),
  };
}
