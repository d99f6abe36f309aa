import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock, type FakeShopifyOptions } from 'shopwright/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { schemaVersions } from '../../src/config/generated/api-versions.ts';
import { schemaText } from '../../src/graphql/schema-file.ts';
import { ask } from './ask.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-versions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (version: string): string => `/admin/api/${version}/graphql.json`;

async function answer(version: string, query: string, options: FakeShopifyOptions = {}) {
  const { json, headers } = await ask(createFakeShopify(options).fetch, { path: pathOf(version), query });
  return { ...json, served: headers.get('x-shopify-api-version') };
}

const named = '{ webhookSubscriptions(first: 1) { nodes { name } } }';
const deactivate = (directive = ''): string =>
  `mutation { locationDeactivate(locationId: "gid://shopify/Location/9") ${directive} { locationDeactivateUserErrors { code } } }`;

describe('the fake answers by the version in the address', () => {
  it.each([
    ['2026-01', false],
    ['2026-04', true],
    ['2026-07', true],
    ['2026-10', true],
    // No longer served: the oldest that is answers.
    ['2025-07', false],
  ])('%s knows a name of webhook subscriptions: %s', async (version, isKnown) => {
    const { errors, served } = await answer(version, named);
    expect(served).toBe(version === '2025-07' ? '2026-01' : version);
    const unknown = [{ extensions: { code: 'undefinedField', typeName: 'WebhookSubscription', fieldName: 'name' } }];
    if (isKnown) expect(errors).toBeUndefined();
    else expect(errors).toMatchObject(unknown);
  });

  it('one after the other, the same text', async () => {
    const fake = createFakeShopify();
    const errorsOf = async (version: string) =>
      (await ask(fake.fetch, { path: pathOf(version), query: named })).json.errors?.length ?? 0;
    expect(await errorsOf('2026-10')).toBe(0);
    expect(await errorsOf('2026-01')).toBe(1);
    expect(await errorsOf('2026-10')).toBe(0);
  });

  it.each(schemaVersions)('introspection of %s shows its schema', async (version) => {
    const query = '{ __type(name: "WebhookSubscriptionInput") { inputFields { name } } }';
    const { data } = await answer(version, query);
    const names = data.__type.inputFields.map(({ name }: { name: string }) => name);
    expect(names.includes('name')).toBe(version !== '2026-01');
  });

  it('the whole of it, to a program that builds a schema from it', async () => {
    const { data } = await answer('2026-04', getIntrospectionQuery({ oneOf: true }));
    const schema = buildClientSchema(data);
    expect(schema.getType('Product')).toBeDefined();
    expect(schema.getMutationType()?.getFields()['inventorySetScheduledChanges']).toBeDefined();
  });

  it('keys are required from 2026-04 on, and taken before', async () => {
    const notRequired = {
      data: { locationDeactivate: { locationDeactivateUserErrors: [{ code: 'LOCATION_NOT_FOUND' }] } },
    };
    expect(await answer('2026-01', deactivate())).toMatchObject(notRequired);
    expect(await answer('2026-01', deactivate('@idempotent(key: "k")'))).toMatchObject(notRequired);
    expect(await answer('2026-04', deactivate())).toMatchObject({
      errors: [{ message: 'The @idempotent directive is required for this mutation but was not provided.' }],
    });
    expect(await answer('2026-04', deactivate('@idempotent(key: "k")'))).toMatchObject(notRequired);
  });

  it('a key of inventoryDeactivate is taken and never required', async () => {
    const query = (directive: string): string =>
      `mutation { inventoryDeactivate(inventoryLevelId: "gid://shopify/InventoryLevel/1?inventory_item_id=1") ${directive} { userErrors { message } } }`;
    for (const version of schemaVersions) {
      const [keyed, bare] = [await answer(version, query('@idempotent(key: "k")')), await answer(version, query(''))];
      expect(keyed.errors).toBeUndefined();
      expect(bare.errors).toBeUndefined();
    }
  });

  it('stock is compared by the fields of the version', async () => {
    const fake = createFakeShopify();
    const send = async (version: string, query: string, variables: object = {}) =>
      (await ask(fake.fetch, { path: pathOf(version), query, variables })).json;
    const { data: made } = await send(
      '2026-01',
      `mutation { productSet(input: { title: "A", productOptions: [{ name: "Size", values: [{ name: "S" }] }],
        variants: [{ optionValues: [{ optionName: "Size", name: "S" }], inventoryItem: { tracked: true } }] }) {
        product { variants(first: 1) { nodes { inventoryItem { id inventoryLevels(first: 1) { nodes { location { id } } } } } } } } }`,
    );
    const { inventoryItem } = made.productSet.product.variants.nodes[0];
    const place = {
      inventoryItemId: inventoryItem.id,
      locationId: inventoryItem.inventoryLevels.nodes[0].location.id,
    };
    const set = async (version: string, quantity: object, more: object = {}) => {
      const key = version === '2026-01' ? '' : `@idempotent(key: "${Math.random()}")`;
      const query = `mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) ${key} { userErrors { code field } } }`;
      const input = { name: 'available', reason: 'correction', quantities: [{ ...place, ...quantity }], ...more };
      const { data, errors } = await send(version, query, { input });
      return errors ?? data.inventorySetQuantities.userErrors;
    };
    expect(await set('2026-01', { quantity: 5 })).toMatchObject([{ code: 'COMPARE_QUANTITY_REQUIRED' }]);
    expect(await set('2026-01', { quantity: 5 }, { ignoreCompareQuantity: true })).toEqual([]);
    expect(await set('2026-01', { quantity: 6, compareQuantity: 4 })).toEqual([
      { code: 'COMPARE_QUANTITY_STALE', field: ['input', 'quantities', '0', 'compareQuantity'] },
    ]);
    expect(await set('2026-01', { quantity: 6, compareQuantity: 5 })).toEqual([]);
    expect(await set('2026-01', { quantity: 7, changeFromQuantity: 6 })).toEqual([]);
    expect(await set('2026-04', { quantity: 8, compareQuantity: 7 })).toMatchObject([
      { message: expect.stringContaining('compareQuantity') },
    ]);
    expect(await set('2026-04', { quantity: 8 })).toMatchObject([
      { message: expect.stringContaining('changeFromQuantity') },
    ]);
    expect(await set('2026-04', { quantity: 8, changeFromQuantity: 7 })).toEqual([]);

    const adjust =
      'mutation ($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input) { userErrors { code } } }';
    const input = { name: 'available', reason: 'correction', changes: [{ ...place, delta: 1 }] };
    expect((await send('2026-01', adjust, { input })).data.inventoryAdjustQuantities.userErrors).toEqual([]);
  });

  it('a bulk operation runs by the version that started it', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    const start = async (version: string, query: string) =>
      (
        await ask(fake.fetch, {
          path: pathOf(version),
          query:
            'mutation ($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } } }',
          variables: { query },
        })
      ).json.data.bulkOperationRunQuery;
    const query =
      '{ products { edges { node { id variants { edges { node { id barcodes(first: 1) { edges { node { value } } } } } } } } } }';
    expect((await start('2026-07', query)).userErrors[0].message).toContain("Field 'barcodes' doesn't exist");
    const old = '{ products { edges { node { id } } } }';
    const { bulkOperation } = await start('2026-01', old);
    await clock.advance(10_000);
    const { json } = await ask(fake.fetch, {
      query: 'query ($id: ID!) { bulkOperation(id: $id) { status } }',
      variables: { id: bulkOperation.id },
    });
    expect(json.data.bulkOperation.status).toBe('COMPLETED');
    expect(fake.store.all('demo.myshopify.com', 'BulkOperation')).toMatchObject([{ apiVersion: '2026-01' }]);
  });

  it('lists the versions that it serves', async () => {
    const { data } = await answer('2026-10', '{ publicApiVersions { handle displayName supported } }');
    expect(data.publicApiVersions).toEqual([
      { handle: '2026-01', displayName: '2026-01', supported: true },
      { handle: '2026-04', displayName: '2026-04', supported: true },
      { handle: '2026-07', displayName: '2026-07', supported: true },
      { handle: '2026-10', displayName: '2026-10 (Latest)', supported: true },
      { handle: '2027-01', displayName: '2027-01 (Release candidate)', supported: false },
      { handle: 'unstable', displayName: 'unstable', supported: false },
    ]);
  });
});

describe('a schema of a user', () => {
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  /** A version that does not exist yet: two fields fewer, a value more, and a mutation that now takes a key. */
  const next = schemaText('2026-10')
    .replace('# Shopify Admin API 2026-10', '# Shopify Admin API 2027-01')
    .replace(/^# Keys required: /m, '# Keys required: tagsAdd ')
    .replace('\n  publicDisplayName: String!', '')
    .replace('\n  unitSystem: UnitSystem!', '')
    .replace('\nenum ProductStatus {', '\nenum ProductStatus {\n  ABANDONED');

  it('serves the version that it names', async () => {
    const schemas = [write('2027-01.graphql', next)];
    const old = '{ shop { unitSystem } }';
    expect((await answer('2026-10', old, { schemas })).data.shop.unitSystem).toBe('METRIC_SYSTEM');
    expect(await answer('2027-01', old, { schemas })).toMatchObject({
      served: '2027-01',
      errors: [{ message: "Field 'unitSystem' doesn't exist on type 'Shop'" }],
    });
    const tags = 'mutation { tagsAdd(id: "gid://shopify/Product/1", tags: ["a"]) { userErrors { message } } }';
    expect((await answer('2026-10', tags, { schemas })).errors).toBeUndefined();
    expect((await answer('2027-01', tags, { schemas })).errors).toMatchObject([
      { message: 'The @idempotent directive is required for this mutation but was not provided.' },
    ]);
    const { data } = await answer('2027-01', '{ __type(name: "ProductStatus") { enumValues { name } } }', { schemas });
    expect(data.__type.enumValues).toContainEqual({ name: 'ABANDONED' });
  });

  it('serves a client that is ahead of the package', async () => {
    const fake = createFakeShopify({ schemas: [write('2027-01.graphql', next)], apiVersion: '2027-01' });
    const shop = createShopifyClient({
      shop: 'demo',
      accessToken: 'shpat_fake',
      apiVersion: '2027-01',
      fetch: fake.fetch,
      isolated: true,
    });
    expect((await shop.graphql('{ shop { name } }')).data).toMatchObject({ shop: { name: expect.any(String) } });
  });

  it('wins over the one that the package has', async () => {
    const mine = schemaText('2026-07').replace('\n  unitSystem: UnitSystem!', '');
    const schemas = [write('mine.graphql', mine)];
    expect((await answer('2026-07', '{ shop { unitSystem } }', { schemas })).errors).toHaveLength(1);
    expect((await answer('2026-04', '{ shop { unitSystem } }', { schemas })).errors).toBeUndefined();
  });

  it('is asked for where a client asks for a version that Shopify serves and the fake does not', async () => {
    for (const version of ['2027-01', 'unstable']) {
      const { status, json } = await ask(createFakeShopify().fetch, { path: pathOf(version) });
      expect(status).toBe(404);
      expect(json.errors).toBe(
        `Not Found. The fake has no schema of ${version}: pull it with "npx shopwright schema pull" and give the file with the option schemas.`,
      );
    }
  });

  it.each([
    [
      'a file that is not there',
      join(folder, 'absent.graphql'),
      'cannot be read. Create it with: npx shopwright schema pull',
    ],
    [
      'something else',
      write('else.graphql', 'type Query { id: ID }'),
      'was not written by shopwright schema pull. Pull it again.',
    ],
    [
      'half a file',
      write('half.graphql', next.slice(0, 200)),
      'was not written by shopwright schema pull. Pull it again.',
    ],
  ])('is refused for %s', (_what, file, message) => {
    let thrown: unknown;
    try {
      createFakeShopify({ schemas: [file] });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'CONFIG_INVALID',
      issues: [{ field: 'schemas[0]', message: expect.stringContaining(message) }],
    });
  });

  it('is what a version of webhooks must have', () => {
    expect(() => createFakeShopify({ apiVersion: '2027-01' })).toThrow('Invalid configuration');
  });
});
