// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from '../fidelity/fresh-fake.ts';

const create = `mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {
  createdDefinition { id pinnedPosition validations { name type value } type { name category supportedValidations { name type } }
    capabilities { adminFilterable { enabled status } smartCollectionCondition { enabled } } access { admin storefront } }
  userErrors { code field message } } }`;

const definition = (more: object = {}) => ({
  definition: {
    ownerType: 'PRODUCT',
    namespace: 'made',
    key: 'size',
    name: 'Size',
    type: 'single_line_text_field',
    ...more,
  },
});

const pin = (mutation: string) => `mutation ($id: ID, $identifier: MetafieldDefinitionIdentifierInput) {
  ${mutation}(definitionId: $id, identifier: $identifier) {
    definition: ${mutation === 'metafieldDefinitionPin' ? 'pinnedDefinition' : 'unpinnedDefinition'} { key pinnedPosition }
    userErrors { code field message } } }`;

describe('pins of definitions', () => {
  const listed =
    '{ metafieldDefinitions(first: 50, ownerType: PRODUCT, pinnedStatus: PINNED, sortKey: PINNED_POSITION) { nodes { key } } }';

  it('are set, sorted by and taken away; the rest closes up', async () => {
    const { payload } = freshFake();
    const ids: string[] = [];
    for (const key of ['aa', 'bb', 'cc']) {
      const { createdDefinition } = await payload(create, definition({ key, pin: key === 'cc' }));
      ids.push(createdDefinition.id);
    }
    expect(await payload(pin('metafieldDefinitionPin'), { id: ids[0] })).toEqual({
      definition: { key: 'aa', pinnedPosition: 2 },
      userErrors: [],
    });
    const keys = async () => (await payload(listed)).nodes.map(({ key }: { key: string }) => key);
    expect(await keys()).toEqual(['cc', 'aa']);
    const identifier = { ownerType: 'PRODUCT', namespace: 'made', key: 'cc' };
    expect((await payload(pin('metafieldDefinitionUnpin'), { identifier })).definition.pinnedPosition).toBeNull();
    expect(await keys()).toEqual(['aa']);
    expect(await payload(pin('metafieldDefinitionUnpin'), { identifier })).toEqual({
      definition: null,
      userErrors: [
        { code: 'NOT_PINNED', field: null, message: expect.stringMatching(/^Definition \d+ isn't pinned\.$/) },
      ],
    });
    expect((await payload(pin('metafieldDefinitionPin'), { id: ids[0] })).userErrors).toEqual([
      { code: 'ALREADY_PINNED', field: null, message: 'Definition already pinned.' },
    ]);
    expect((await payload(pin('metafieldDefinitionPin'), { id: nowhere('MetafieldDefinition') })).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['definitionId'], message: 'Definition not found.' },
    ]);
  });

  it('end at 50', async () => {
    const { payload } = freshFake();
    for (let index = 10; index < 60; index += 1) await payload(create, definition({ key: `k${index}`, pin: true }));
    const { userErrors } = await payload(create, definition({ pin: true }));
    expect(userErrors).toEqual([
      { code: 'PINNED_LIMIT_REACHED', field: ['definition'], message: 'Limit of 50 pinned definitions.' },
    ]);
    await payload(create, definition());
    const identifier = { ownerType: 'PRODUCT', namespace: 'made', key: 'size' };
    expect((await payload(pin('metafieldDefinitionPin'), { identifier })).userErrors[0].code).toBe(
      'PINNED_LIMIT_REACHED',
    );
  });
});

describe('a definition', () => {
  it('shows its validations, category, abilities and access', async () => {
    const { payload } = freshFake();
    const { createdDefinition } = await payload(
      create,
      definition({
        validations: [{ name: 'max', value: '3' }],
        capabilities: { adminFilterable: { enabled: true } },
        access: { storefront: 'PUBLIC_READ' },
      }),
    );
    expect(createdDefinition).toMatchObject({
      validations: [{ name: 'max', type: 'number_integer', value: '3' }],
      type: {
        name: 'single_line_text_field',
        category: 'TEXT',
        supportedValidations: [{ name: 'min' }, { name: 'max' }, { name: 'regex' }, { name: 'choices' }],
      },
      capabilities: {
        adminFilterable: { enabled: true, status: 'FILTERABLE' },
        smartCollectionCondition: { enabled: false },
      },
      access: { admin: 'PUBLIC_READ_WRITE', storefront: 'PUBLIC_READ' },
    });
  });

  it.each([
    ['single_line_text_field', { name: 'max', value: '2' }, 'abc', 'Value has a maximum length of 2.'],
    ['single_line_text_field', { name: 'min', value: '2' }, 'a', 'Value has a minimum length of 2.'],
    ['single_line_text_field', { name: 'regex', value: '^[0-9]+$' }, 'a', 'Value is not the correct format.'],
    [
      'single_line_text_field',
      { name: 'choices', value: '["S","M"]' },
      'L',
      'Value does not exist in provided choices: ["S", "M"].',
    ],
    [
      'list.single_line_text_field',
      { name: 'choices', value: '["S"]' },
      '["S","L"]',
      'Value does not exist in provided choices: ["S"].',
    ],
    ['list.number_integer', { name: 'list.max', value: '1' }, '[1,2]', 'Value has a maximum of 1 entries.'],
    ['number_integer', { name: 'min', value: '5' }, '4', 'Value has a minimum of 5.'],
    ['number_decimal', { name: 'max_precision', value: '1' }, '1.25', 'Value has a maximum precision of 1.'],
    ['date', { name: 'min', value: '2026-01-01' }, '2025-12-31', 'Value has a minimum of 2026-01-01.'],
    [
      'weight',
      { name: 'max', value: '{"value":2,"unit":"kg"}' },
      '{"value":3,"unit":"kg"}',
      'Value has a maximum of 2 kg.',
    ],
    [
      'url',
      { name: 'allowed_domains', value: '["example.com"]' },
      'https://a.test',
      'Value must be on one of the following domains: ["example.com"].',
    ],
  ])('of %s with %o refuses %s', async (type, validation, value, message) => {
    const { payload } = freshFake();
    await payload(create, definition({ type, validations: [validation] }));
    const { productCreate: made } = await freshProduct(payload);
    const { metafields, userErrors } = await payload(
      `mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { id } userErrors { code field message } } }`,
      { metafields: [{ ownerId: made, namespace: 'made', key: 'size', value }] },
    );
    expect(metafields).toEqual([]);
    expect(userErrors).toEqual([{ code: 'INVALID_VALUE', field: ['metafields', '0', 'value'], message }]);
  });

  it.each([
    ['boolean', [{ name: 'max', value: '1' }]],
    ['single_line_text_field', [{ name: 'max', value: 'x' }]],
    ['single_line_text_field', [{ name: 'choices', value: 'x' }]],
    ['single_line_text_field', [{ name: 'regex', value: '(' }]],
    [
      'number_integer',
      [
        { name: 'min', value: '3' },
        { name: 'max', value: '2' },
      ],
    ],
  ])('of %s is refused with %o', async (type, validations) => {
    const { payload } = freshFake();
    const { createdDefinition, userErrors } = await payload(create, definition({ type, validations }));
    expect(createdDefinition).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_OPTION', field: ['definition', 'validations'] }]);
  });
});

type Payload = ReturnType<typeof freshFake>['payload'];

async function freshProduct(payload: Payload): Promise<{ readonly productCreate: string }> {
  const { product } = await payload('mutation { productCreate(product: { title: "Mug" }) { product { id } } }');
  return { productCreate: product.id };
}
