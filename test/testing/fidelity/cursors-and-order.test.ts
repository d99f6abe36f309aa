import { describe, expect, it } from 'vitest';
import { freshFake } from './fresh-fake.ts';

const decoded = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64').toString());
const encoded = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64');

describe('recorded forms', () => {
  it('a cursor holds the number of an id, and its sort value', async () => {
    const { payload, send } = freshFake();
    for (const title of ['B', 'A', 'C'])
      await payload(`mutation { productCreate(product: { title: "${title}" }) { product { id } } }`);
    const page = (args: string) =>
      send(`{ products(${args}) { nodes { title } pageInfo { endCursor } } }`).then(({ data }) => data.products);
    const first = await page('first: 1');
    const { last_id: number, last_value: value } = decoded(first.pageInfo.endCursor);
    expect(value).toBe(String(number));
    expect((await page(`first: 1, after: "${first.pageInfo.endCursor}"`)).nodes).toEqual([{ title: 'A' }]);
    // One of a store where that product is gone.
    expect((await page(`first: 3, after: "${encoded({ last_id: number + 1, last_value: '' })}"`)).nodes.length).toBe(2);
    const sorted = await page('first: 1, sortKey: TITLE');
    expect(typeof decoded(sorted.pageInfo.endCursor).last_id).toBe('number');
    expect((await page(`first: 1, sortKey: TITLE, after: "${sorted.pageInfo.endCursor}"`)).nodes).toEqual([
      { title: 'B' },
    ]);
  });

  it('what is on hand stands after all other changes', async () => {
    const { payload, send } = freshFake();
    const location = (await send('{ locations(first: 1) { nodes { id } } }')).data.locations.nodes[0].id;
    const items = [];
    for (const title of ['A', 'B']) {
      const { product } = await payload(
        `mutation { productCreate(product: { title: "${title}" }) { product { variants(first: 1) { nodes { inventoryItem { id } } } } } }`,
      );
      items.push(product.variants.nodes[0].inventoryItem.id);
    }
    const quantities = items.map((inventoryItemId) => ({
      inventoryItemId,
      locationId: location,
      quantity: 2,
      changeFromQuantity: null,
    }));
    const { inventoryAdjustmentGroup } = await payload(
      `mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "a") {
        inventoryAdjustmentGroup { changes { name } } userErrors { message } } }`,
      { input: { name: 'available', reason: 'correction', quantities } },
    );
    expect(inventoryAdjustmentGroup.changes.map(({ name }: { name: string }) => name)).toEqual([
      ...['available', 'available', 'on_hand', 'on_hand'],
    ]);
  });

  it('a new metaobject takes any text for true, a changed one does not', async () => {
    const { payload } = freshFake();
    await payload(`mutation { metaobjectDefinitionCreate(definition: { type: "flag", name: "Flag", fieldDefinitions: [
      { key: "on", name: "On", type: "boolean" }] }) { userErrors { message } } }`);
    const fields = [{ key: 'on', value: 'hello' }];
    const { metaobject } = await payload(
      `mutation ($metaobject: MetaobjectCreateInput!) { metaobjectCreate(metaobject: $metaobject) {
        metaobject { id fields { value jsonValue } } userErrors { message } } }`,
      { metaobject: { type: 'flag', fields } },
    );
    expect(metaobject.fields).toEqual([{ value: 'true', jsonValue: true }]);
    const { userErrors } = await payload(
      `mutation ($id: ID!, $metaobject: MetaobjectUpdateInput!) { metaobjectUpdate(id: $id, metaobject: $metaobject) {
        userErrors { message code } } }`,
      { id: metaobject.id, metaobject: { fields } },
    );
    expect(userErrors).toEqual([{ message: 'Value must be true or false.', code: 'INVALID_VALUE' }]);
  });

  it('what a metafield refers to is one thing or a page of them, by its type', async () => {
    const { payload, send } = freshFake();
    const ids = [];
    for (const title of ['A', 'B', 'C'])
      ids.push(
        (await payload(`mutation { productCreate(product: { title: "${title}" }) { product { id } } }`)).product.id,
      );
    const [ownerId, one, other] = ids;
    const metafield = (key: string, type: string, value: string) => ({ ownerId, namespace: 'refs', key, type, value });
    await payload(
      'mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { message } } }',
      {
        metafields: [
          metafield('one', 'product_reference', one),
          metafield('two', 'list.product_reference', JSON.stringify([other, one])),
          metafield('text', 'single_line_text_field', 'x'),
          metafield('page', 'page_reference', 'gid://shopify/Page/1'),
        ],
      },
    );
    const read = (key: string) =>
      send(`{ product(id: "${ownerId}") { metafield(namespace: "refs", key: "${key}") {
        reference { ... on Product { title } } references(first: 1) { nodes { ... on Product { title } } } } } }`);
    const read1 = async (key: string) => (await read(key)).data.product.metafield;
    expect(await read1('one')).toEqual({ reference: { title: 'B' }, references: null });
    expect(await read1('two')).toEqual({ reference: null, references: { nodes: [{ title: 'C' }] } });
    expect(await read1('text')).toEqual({ reference: null, references: null });
    expect((await read('page')).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });
});
