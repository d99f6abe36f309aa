// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, type Harness, pushed, refused, shop } from './harness.ts';
import { createListeningHarness } from './listening-harness.ts';

const text = 'single_line_text_field';

interface Set {
  readonly metafields:
    | readonly { readonly id: string; readonly value: string; readonly compareDigest: string }[]
    | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

async function set(harness: Harness, metafields: readonly object[]): Promise<Set> {
  const { metafieldsSet } = await harness.data(
    `mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
      metafields { id namespace key value type compareDigest legacyResourceId owner { ... on Node { id } } } userErrors { code field message elementIndex } } }`,
    { metafields },
  );
  return metafieldsSet as Set;
}

const problemsOf = ({ userErrors }: Set): [string, string][] =>
  userErrors.map(({ code, field }) => [code, field.join('.')]);

async function owners(harness: Harness): Promise<{ product: string; variant: string; collection: string }> {
  const { id } = await pushed(harness, { title: 'A' });
  const { product } = await harness.data(
    'query ($id: ID!) { product(id: $id) { variants(first: 1) { nodes { id } } } }',
    { id },
  );
  const { collectionCreate } = await harness.data(
    'mutation { collectionCreate(collection: {title: "C"}) { collection { id } } }',
  );
  return {
    product: id,
    variant: (product as { variants: { nodes: { id: string }[] } }).variants.nodes[0]?.id ?? '',
    collection: (collectionCreate as { collection: { id: string } }).collection.id,
  };
}

describe('metafieldsSet', () => {
  it('sets metafields of products, variants and collections', async () => {
    const harness = createListeningHarness();
    const { product, variant, collection } = await owners(harness);
    harness.topics();
    await harness.clock.advance(1_000);
    const inputs = [product, variant, collection].map((ownerId) => ({
      ownerId,
      namespace: 'host',
      key: 'note',
      type: text,
      value: 'x',
    }));
    const { metafields, userErrors } = await set(harness, inputs);
    expect(userErrors).toEqual([]);
    expect(metafields).toMatchObject(
      [product, variant, collection].map((id) => ({
        namespace: 'host',
        key: 'note',
        value: 'x',
        type: text,
        owner: { id },
      })),
    );
    expect(harness.topics()).toEqual(['collections/update', 'products/update']);

    const again = await set(harness, [{ ownerId: product, namespace: 'host', key: 'note', value: 'y' }]);
    expect(again.metafields).toMatchObject([{ id: metafields?.[0]?.id, value: 'y', type: text }]);
    expect(harness.store.all(shop, 'Product')).toMatchObject([
      {
        updatedAt: '2026-10-01T00:00:01Z',
        metafields: [{ value: 'y' }],
        variants: [{ metafields: [{ value: 'x' }] }],
      },
    ]);
  });

  it("takes the app's own namespace and the type of a definition", async () => {
    const harness = createHarness();
    const { product } = await owners(harness);
    await defineMetafield(harness, { key: 'count', type: 'number_integer' });
    expect(await set(harness, [{ ownerId: product, key: 'count', value: '3' }])).toMatchObject({
      metafields: [{ namespace: 'app--1001', type: 'number_integer' }],
    });
  });

  it('sets all or none', async () => {
    const harness = createListeningHarness();
    const { product } = await owners(harness);
    harness.topics();
    const good = { ownerId: product, namespace: 'host', key: 'note', type: text, value: 'x' };
    expect(problemsOf(await set(harness, [good, { ...good, key: 'other', value: '' }]))).toEqual([
      ['INVALID_VALUE', 'metafields.1.value'],
    ]);
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ metafields: [] }]);
    expect(harness.topics()).toEqual([]);
  });

  it('takes 25 at a time', async () => {
    const harness = createHarness();
    const { product } = await owners(harness);
    const inputs = Array.from({ length: 26 }, (_, index) => ({
      ownerId: product,
      namespace: 'host',
      key: `key-${index}`,
      type: text,
      value: 'x',
    }));
    expect(problemsOf(await set(harness, inputs))).toEqual([['LESS_THAN_OR_EQUAL_TO', 'metafields']]);
    expect((await set(harness, inputs.slice(1))).metafields).toHaveLength(25);
  });

  it.each([
    [{ ownerId: 'gid://shopify/Product/99' }, ['INVALID_VALUE', 'ownerId']],
    [{ key: 'a' }, ['TOO_SHORT', 'key']],
    [{ key: 'a'.repeat(65) }, ['TOO_LONG', 'key']],
    [{ namespace: 'ab' }, ['TOO_SHORT', 'namespace']],
    [{ namespace: 'a'.repeat(256) }, ['TOO_LONG', 'namespace']],
    [{ type: undefined }, ['BLANK', 'type']],
    [{ type: 'text' }, ['INVALID_TYPE', 'type']],
    [{ type: 'number_integer' }, ['INVALID_VALUE', 'value']],
    [{ key: 'defined', type: 'json', value: '1' }, ['INVALID_TYPE', 'type']],
    [{ type: 'multi_line_text_field', value: 'x'.repeat(65_537) }, ['TOO_LONG', 'value']],
    [{ type: 'url', value: `https://a.example/${'x'.repeat(2_048)}` }, ['TOO_LONG', 'value']],
    [{ type: 'json', value: `"${'x'.repeat(131_072)}"` }, ['TOO_LONG', 'value']],
    [
      { type: 'list.number_integer', value: JSON.stringify(Array.from({ length: 129 }, () => 1)) },
      ['INVALID_VALUE', 'value'],
    ],
    [{ compareDigest: 'abc' }, ['INVALID_COMPARE_DIGEST']],
  ])('refuses %j', async (part, [code, field]) => {
    const harness = createHarness();
    const { product } = await owners(harness);
    await defineMetafield(harness, { namespace: 'host', key: 'defined', type: text });
    const input = { ownerId: product, namespace: 'host', key: 'note', type: text, value: 'x', ...part };
    expect(problemsOf(await set(harness, [input]))).toEqual([
      [code, ['metafields', '0', ...(field ? [field] : [])].join('.')],
    ]);
  });

  it('compares with what the caller has read', async () => {
    const harness = createHarness();
    const { product } = await owners(harness);
    const input = (value: string, compareDigest?: string | null) => ({
      ownerId: product,
      namespace: 'host',
      key: 'note',
      type: text,
      value,
      ...(compareDigest !== undefined && { compareDigest }),
    });
    const stale = [['STALE_OBJECT', 'metafields.0']];
    const nowhere = 'a'.repeat(64);
    expect(problemsOf(await set(harness, [input('a', nowhere)]))).toEqual([['INVALID_COMPARE_DIGEST', 'metafields.0']]);
    const first = await set(harness, [input('a', null)]);
    expect(problemsOf(await set(harness, [input('b', null)]))).toEqual(stale);
    const digest = first.metafields?.[0]?.compareDigest;
    const second = await set(harness, [input('b', digest)]);
    expect(second.metafields).toMatchObject([{ value: 'b' }]);
    expect(problemsOf(await set(harness, [input('c', digest)]))).toEqual(stale);
    expect(problemsOf(await set(harness, [input('c')]))).toEqual([]);
  });

  it.each([
    [
      'PRODUCT',
      'product',
      'mutation { productCreate(product: {title: "B"}) { product { id } } }',
      'productCreate.product',
    ],
    [
      'COLLECTION',
      'collection',
      'mutation { collectionCreate(collection: {title: "B"}) { collection { id } } }',
      'collectionCreate.collection',
    ],
  ] as const)('keeps values unique where the definition of a %s does', async (ownerType, name, create, path) => {
    const harness = createHarness();
    const kit = await owners(harness);
    await defineMetafield(harness, { ownerType });
    const made = path
      .split('.')
      .reduce((value: unknown, key) => (value as Record<string, unknown>)[key], await harness.data(create));
    const [first, second] = [kit[name], (made as { id: string }).id].map((ownerId) => ({
      ownerId,
      key: 'local_id',
      value: '7',
    }));
    expect(problemsOf(await set(harness, [first ?? {}, second ?? {}]))).toEqual([
      ['CAPABILITY_VIOLATION', 'metafields.1.value'],
    ]);
    expect(problemsOf(await set(harness, [first ?? {}]))).toEqual([]);
    expect(problemsOf(await set(harness, [first ?? {}]))).toEqual([]);
    expect(problemsOf(await set(harness, [second ?? {}]))).toEqual([['CAPABILITY_VIOLATION', 'metafields.0.value']]);
  });

  const wholeMoney =
    "Value must be a stringified JSON object with amount (numeric) and currency_code (string matching the shop's currency) fields.";

  it.each<[string, unknown, string | null]>([
    ['date', '2026-02-28', null],
    ['date', '2028-02-29', null],
    ['date', '2026-13-01', 'Value must be in YYYY-MM-DD format.'],
    ['date', '28.02.2026', 'Value must be in YYYY-MM-DD format.'],
    ['date', '2026-02-30', 'Value must be in YYYY-MM-DD format.'],
    ['date_time', '2026-02-28T12:00:00', null],
    ['date_time', '2026-02-28T12:00:00+01:00', null],
    ['date_time', '2026-02-28Tnoon', 'Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00'],
    [
      'date_time',
      '2026-02-30T12:00:00Z',
      'Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00',
    ],
    ['weight', '1 kg', 'Value must be a stringified JSON object.'],
    ['weight', { value: 1.5, unit: 'kg' }, null],
    ['weight', { value: 'heavy', unit: 'kg' }, 'Value must be a non-negative number.'],
    ['weight', { value: 1.5, unit: '' }, 'Value must have a unit.'],
    ['money', '5.00', wholeMoney],
    ['money', { amount: '5.00', currency_code: 'EUR' }, null],
    ['money', { amount: 'five', currency_code: 'EUR' }, 'Value must have a numeric amount.'],
    ['money', { amount: '5.00' }, wholeMoney],
    ['money', { amount: '5.00', currency_code: 'euro' }, 'Value contains an invalid currency, euro.'],
    ['rating', '4', 'Value must be a stringified JSON object.'],
    ['rating', { value: '4.5', scale_min: '1.0', scale_max: '5.0' }, null],
    ['rating', { value: '4.5', scale_max: '5.0' }, 'Value must have a value, a scale_min and a scale_max.'],
    ['rating', { value: '5.5', scale_min: '1.0', scale_max: '5.0' }, 'Value has a maximum of 5.0.'],
    ['rating', { value: '0.5', scale_min: '1.0', scale_max: '5.0' }, 'Value has a minimum of 1.0.'],
    ['link', { text: 'Care', url: 'https://example.com/care' }, null],
    ['link', { text: 'Care' }, 'Value must be a valid link.'],
    ['link', { url: 'care' }, 'Value must be a valid link.'],
    ['url', 'mailto:care@example.com', null],
    ['url', 'https://', 'Value must be one of the following URL schemes: http, https, mailto, sms, tel.'],
    ['rich_text_field', { type: 'root', children: [] }, null],
    ['rich_text_field', { type: 'paragraph' }, 'Value must be a valid rich text object.'],
    ['rich_text_field', '<p>Soft</p>', 'Value must be a valid rich text object.'],
    ['list.date', ['2026-02-28', '2026-02-30'], 'Value must be in YYYY-MM-DD format.'],
    ['list.weight', [{ value: 1, unit: 'kg' }, { value: 2 }], 'Value must contain unit and value.'],
  ])('looks at what a %s holds: %j', async (type, given, message) => {
    const harness = createHarness();
    const { product: ownerId } = await owners(harness);
    const value = typeof given === 'string' ? given : JSON.stringify(given);
    const { userErrors } = await set(harness, [{ ownerId, namespace: 'custom', key: 'fact', type, value }]);
    expect(userErrors).toMatchObject(
      message === null ? [] : [{ code: 'INVALID_VALUE', field: ['metafields', '0', 'value'], message }],
    );
    expect(userErrors).toHaveLength(message === null ? 0 : 1);
  });

  it('keeps values of variants unique', async () => {
    const harness = createHarness();
    const { variant } = await owners(harness);
    await defineMetafield(harness, { ownerType: 'PRODUCTVARIANT' });
    expect(problemsOf(await set(harness, [{ ownerId: variant, key: 'local_id', value: '7' }]))).toEqual([]);
    const variants = [{ optionValues: [], metafields: [{ key: 'local_id', value: '7' }] }];
    expect(await refused(harness, { title: 'B', productOptions: [], variants })).toEqual([
      ['CAPABILITY_VIOLATION', 'input.variants.0.metafields.0.value'],
    ]);
    const find =
      'query ($identifier: ProductVariantIdentifierInput!) { productVariantByIdentifier(identifier: $identifier) { id } }';
    expect(await harness.data(find, { identifier: { customId: { key: 'local_id', value: '7' } } })).toEqual({
      productVariantByIdentifier: { id: variant },
    });
    expect(await harness.data(find, { identifier: { id: variant } })).toEqual({
      productVariantByIdentifier: { id: variant },
    });
    expect(await harness.data(find, { identifier: { customId: { key: 'local_id', value: '8' } } })).toEqual({
      productVariantByIdentifier: null,
    });
  });

  it('on a thing whose metafields are not simulated says so', async () => {
    await expect(
      set(createHarness(), [{ ownerId: 'gid://shopify/DraftOrder/1', key: 'note', value: 'x' }]),
    ).rejects.toThrow('metafields of a DraftOrder');
  });
});

describe('metafieldsDelete', () => {
  const remove = async (harness: Harness, metafields: readonly object[]) =>
    (
      await harness.data(
        'mutation ($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) { deletedMetafields { ownerId namespace key } userErrors { field } } }',
        { metafields },
      )
    )['metafieldsDelete'];

  it('deletes what is there, and says null of the rest', async () => {
    const harness = createListeningHarness();
    const { product, variant } = await owners(harness);
    await set(
      harness,
      [product, variant].map((ownerId) => ({ ownerId, key: 'note', type: text, value: 'x' })),
    );
    harness.topics();
    const named = (ownerId: string, key = 'note') => ({ ownerId, namespace: '$app', key });
    expect(
      await remove(harness, [
        named(product),
        named(variant),
        named(product, 'other'),
        named('gid://shopify/Product/99'),
      ]),
    ).toEqual({
      deletedMetafields: [
        { ownerId: product, namespace: 'app--1001', key: 'note' },
        { ownerId: variant, namespace: 'app--1001', key: 'note' },
        null,
        null,
      ],
      userErrors: [],
    });
    expect(harness.topics()).toEqual(['products/update']);
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ metafields: [], variants: [{ metafields: [] }] }]);
  });
});

describe('a metafield definition that exists', () => {
  const update = async (harness: Harness, definition: object) =>
    harness.data(
      `mutation ($definition: MetafieldDefinitionUpdateInput!) { metafieldDefinitionUpdate(definition: $definition) {
        updatedDefinition { name description capabilities { uniqueValues { enabled } } } validationJob { id } userErrors { code field message elementIndex } } }`,
      { definition: { ownerType: 'PRODUCT', namespace: 'host', key: 'code', ...definition } },
    );

  it.each([
    ['name', 256],
    ['description', 256],
  ])('takes no %s of %i characters', async (part, length) => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: text });
    expect(await update(harness, { [part]: 'x'.repeat(length) })).toMatchObject({
      metafieldDefinitionUpdate: {
        updatedDefinition: null,
        userErrors: [{ code: 'TOO_LONG', field: ['definition', part] }],
      },
    });
  });

  it('is changed', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: text });
    const uniqueValues = { enabled: true };
    expect(await update(harness, { name: 'Code', description: 'd', capabilities: { uniqueValues } })).toEqual({
      metafieldDefinitionUpdate: {
        updatedDefinition: { name: 'Code', description: 'd', capabilities: { uniqueValues } },
        validationJob: null,
        userErrors: [],
      },
    });
    expect(await update(harness, {})).toMatchObject({
      metafieldDefinitionUpdate: { updatedDefinition: { name: 'Code', description: 'd' } },
    });
  });

  it.each([
    [{ key: 'none' }, 'NOT_FOUND'],
    [{ name: ' ' }, 'BLANK'],
    [{ key: 'data', capabilities: { uniqueValues: { enabled: true } } }, 'INVALID_CAPABILITY'],
    [{ key: 'ident', capabilities: { uniqueValues: { enabled: false } } }, 'CAPABILITY_REQUIRED_BUT_DISABLED'],
  ])('is not changed by %j', async (definition, code) => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: text });
    await defineMetafield(harness, { namespace: 'host', key: 'data', type: 'json' });
    await defineMetafield(harness, { namespace: 'host', key: 'ident' });
    expect(await update(harness, definition)).toMatchObject({
      metafieldDefinitionUpdate: { updatedDefinition: null, userErrors: [{ code, elementIndex: null }] },
    });
  });

  it.each([{ constraintsUpdates: { key: 'category', values: [] } }])(
    'says so where it would have to ignore %j',
    async (definition) => {
      const harness = createHarness();
      await defineMetafield(harness, { namespace: 'host', key: 'code', type: text });
      await expect(update(harness, definition)).rejects.toThrow('NOT_SIMULATED');
    },
  );

  const remove = async (harness: Harness, variables: object) =>
    (
      await harness.data(
        `mutation ($id: ID, $identifier: MetafieldDefinitionIdentifierInput, $all: Boolean) { metafieldDefinitionDelete(id: $id, identifier: $identifier, deleteAllAssociatedMetafields: $all) {
          deletedDefinition { ownerType namespace key } deletedDefinitionId userErrors { code field } } }`,
        { ...variables },
      )
    )['metafieldDefinitionDelete'];
  const identifier = { ownerType: 'PRODUCT', namespace: 'host', key: 'code' };

  it('is deleted, and leaves the metafields where that is possible', async () => {
    const harness = createHarness();
    const { product } = await owners(harness);
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: text });
    await set(harness, [{ ownerId: product, namespace: 'host', key: 'code', value: 'x' }]);
    const [definition] = harness.store.all(shop, 'MetafieldDefinition');
    expect(await remove(harness, { id: definition?.id, all: false })).toEqual({
      deletedDefinition: identifier,
      deletedDefinitionId: definition?.id,
      userErrors: [],
    });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ metafields: [{ value: 'x' }] }]);
    expect(await remove(harness, { id: definition?.id, all: false })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', field: null }],
    });
    expect(await remove(harness, { identifier, all: false })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', field: null }],
    });
  });

  it.each([
    [{ type: 'id' }, 'ID_TYPE_DELETION_ERROR'],
    [{ type: 'product_reference' }, 'REFERENCE_TYPE_DELETION_ERROR'],
    [{ type: text, namespace: '$app' }, 'RESERVED_NAMESPACE_ORPHANED_METAFIELDS'],
  ])('is deleted only with its metafields: %j', async (definition, code) => {
    const harness = createHarness();
    const { product } = await owners(harness);
    await defineMetafield(harness, { namespace: 'host', key: 'code', ...definition });
    const name = {
      ownerType: 'PRODUCT',
      namespace: 'host',
      key: 'code',
      ...('namespace' in definition && { namespace: '$app' }),
    };
    const value = definition.type === 'product_reference' ? product : 'x';
    await set(harness, [{ ownerId: product, namespace: name.namespace, key: 'code', value }]);
    expect(await remove(harness, { identifier: name, all: false })).toMatchObject({
      deletedDefinition: null,
      userErrors: [{ code }],
    });
    expect(await remove(harness, { identifier: name, all: true })).toMatchObject({ userErrors: [] });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ metafields: [] }]);
  });

  it.each(['PRODUCTVARIANT', 'COLLECTION', 'ORDER'])('of a %s goes with its metafields', async (ownerType) => {
    const harness = createHarness();
    const kit = await owners(harness);
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: text, ownerType });
    await set(
      harness,
      [kit.variant, kit.collection].map((ownerId) => ({
        ownerId,
        namespace: 'host',
        key: 'code',
        type: text,
        value: 'x',
      })),
    );
    expect(await remove(harness, { identifier: { ...identifier, ownerType }, all: true })).toMatchObject({
      userErrors: [],
    });
    const { productVariant, collection } = await harness.data(
      'query ($variant: ID!, $collection: ID!) { productVariant(id: $variant) { metafields(first: 1) { nodes { id } } } collection(id: $collection) { metafields(first: 1) { nodes { id } } } }',
      { variant: kit.variant, collection: kit.collection },
    );
    const kept = [productVariant, collection].map(
      (owner) => (owner as { metafields: { nodes: unknown[] } }).metafields.nodes.length,
    );
    expect(kept).toEqual([ownerType === 'PRODUCTVARIANT' ? 0 : 1, ownerType === 'COLLECTION' ? 0 : 1]);
  });
});
