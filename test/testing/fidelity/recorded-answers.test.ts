import { expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

// What real stores were recorded to answer, versions 2025-01 and 2026-04. Evidence:
// https://github.com/airhorns/shopify-draft-proxy at 1fba7c1.

it('too many entries are refused with what the operation would cost, and give the points back', async () => {
  const { send } = freshFake();
  const tags = Array.from({ length: 251 }, (_, index) => `tag ${index}`);
  const document = 'mutation ($i: ProductInput!) { productUpdate(input: $i) { userErrors { message } } }';
  const { errors, extensions, ...rest } = await send(document, { i: { id: nowhere('Product'), tags } });
  expect(errors).toMatchObject([{ extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } }]);
  expect(rest).toEqual({});
  expect(extensions).toEqual({
    cost: {
      requestedQueryCost: 10,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_990, restoreRate: 100 },
    },
  });
  const { extensions: next } = await send('{ shop { id } }');
  expect(next.cost.throttleStatus.currentlyAvailable).toBe(1_999);
});

it('a variant can be put into no publication', async () => {
  const { send, payload } = freshFake();
  const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
  const document =
    'mutation ($id: ID!, $i: PublicationUpdateInput!) { publicationUpdate(id: $id, input: $i) { userErrors { message } } }';
  const variant = nowhere('ProductVariant');
  expect(await send(document, { id: nodes[0].id, i: { publishablesToAdd: [variant] } })).toMatchObject({
    data: { publicationUpdate: null },
    errors: [
      { message: `Invalid id: ${variant}`, path: ['publicationUpdate'], extensions: { code: 'RESOURCE_NOT_FOUND' } },
    ],
  });
});

it('a location can be deactivated that is inactive already, and not for one that is missing', async () => {
  const { payload } = freshFake({ shops: [{ locations: ['a', 'b', 'c'] }] });
  const { nodes } = await payload('{ locations(first: 3) { nodes { id deactivatable } } }');
  const document =
    'mutation ($id: ID!, $to: ID, $key: String!) { locationDeactivate(locationId: $id, destinationLocationId: $to) @idempotent(key: $key) { location { isActive deactivatable } locationDeactivateUserErrors { code field message } } }';
  const id = nodes[2].id;
  expect(await payload(document, { id, to: nowhere('Location'), key: 'a' })).toEqual({
    location: { isActive: true, deactivatable: true },
    locationDeactivateUserErrors: [
      {
        code: 'DESTINATION_LOCATION_NOT_SHOPIFY_MANAGED',
        field: ['destinationLocationId'],
        message: 'destination location not shopify managed',
      },
    ],
  });
  expect(await payload(document, { id, key: 'b' })).toEqual({
    location: { isActive: false, deactivatable: true },
    locationDeactivateUserErrors: [],
  });
});

it.each(['ACTIVE', 'DRAFT'])('a duplicate of a product that is %s is so too', async (status) => {
  const { payload } = freshFake();
  const made = await payload(
    'mutation ($p: ProductCreateInput!) { productCreate(product: $p) { product { id } userErrors { message } } }',
    { p: { title: 'Tee', status } },
  );
  const duplicate =
    'mutation ($id: ID!) { productDuplicate(productId: $id, newTitle: "Copy") { newProduct { status } userErrors { message } } }';
  expect(await payload(duplicate, { id: made.product.id })).toEqual({ newProduct: { status }, userErrors: [] });
});

it('a variant without a measurement has one of zeros', async () => {
  const { payload } = freshFake();
  await payload('mutation { productCreate(product: { title: "Tee" }) { userErrors { message } } }');
  const document =
    '{ productVariants(first: 1) { nodes { unitPriceMeasurement { quantityValue quantityUnit referenceValue referenceUnit } } } }';
  expect((await payload(document)).nodes).toEqual([
    { unitPriceMeasurement: { quantityValue: 0, quantityUnit: null, referenceValue: 0, referenceUnit: null } },
  ]);
});

it('the fields of a definition are put in the order of an update, if it says so', async () => {
  const { payload } = freshFake();
  const field = (key: string, type = 'single_line_text_field') => ({ key, name: key, type });
  const made = await payload(
    'mutation ($d: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $d) { metaobjectDefinition { id fieldDefinitions { type { category } } } userErrors { message } } }',
    { d: { type: 'note', fieldDefinitions: [field('title'), field('spoken', 'language'), field('body')] } },
  );
  const { id, fieldDefinitions } = made.metaobjectDefinition;
  expect(fieldDefinitions[1]).toEqual({ type: { category: 'LANGUAGE' } });
  const update =
    'mutation ($id: ID!, $d: MetaobjectDefinitionUpdateInput!) { metaobjectDefinitionUpdate(id: $id, definition: $d) { metaobjectDefinition { fieldDefinitions { key } } userErrors { message } } }';
  const keysAfter = async (resetFieldOrder: boolean, create: string) => {
    const d = { resetFieldOrder, fieldDefinitions: [{ create: field(create) }] };
    const { metaobjectDefinition } = await payload(update, { id, d });
    return metaobjectDefinition.fieldDefinitions.map(({ key }: { key: string }) => key);
  };
  expect(await keysAfter(false, 'later')).toEqual(['title', 'spoken', 'body', 'later']);
  expect(await keysAfter(true, 'summary')).toEqual(['summary', 'body', 'later', 'spoken', 'title']);
});

it('a shop has metafields', async () => {
  const { payload } = freshFake();
  const { id } = await payload('{ shop { id } }');
  const set =
    'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { key ownerType owner { ... on Shop { __typename id } } } userErrors { code message } } }';
  const m = { namespace: 'brand', key: 'tagline', type: 'single_line_text_field', value: 'Warm' };
  expect(await payload(set, { m: [{ ...m, ownerId: id }] })).toEqual({
    metafields: [{ key: 'tagline', ownerType: 'SHOP', owner: { __typename: 'Shop', id } }],
    userErrors: [],
  });
  const read =
    '{ shop { metafield(namespace: "brand", key: "tagline") { value } metafields(first: 2) { nodes { key } } } }';
  expect(await payload(read)).toEqual({ metafield: { value: 'Warm' }, metafields: { nodes: [{ key: 'tagline' }] } });
  const { userErrors } = await payload(set, { m: [{ ...m, ownerId: nowhere('Shop') }] });
  expect(userErrors).toHaveLength(1);
});
