import { createFakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { createHarness, type Harness, pushed, shop } from './harness.ts';
import { createListeningHarness } from './listening-harness.ts';

let keys = 0;
const newKey = (): string => `key-${++keys}`;

async function add(harness: Harness, input: object): Promise<string> {
  const { locationAdd } = await harness.data(
    'mutation ($input: LocationAddInput!) { locationAdd(input: $input) { location { id } userErrors { code field message } } }',
    { input: { address: { countryCode: 'DE' }, ...input } },
  );
  const { location, userErrors } = locationAdd as { location: { id: string } | null; userErrors: unknown[] };
  if (!location) throw new Error(JSON.stringify(userErrors));
  return location.id;
}

async function change(harness: Harness, mutation: string, variables: Record<string, unknown>): Promise<unknown> {
  const isOff = mutation === 'locationDeactivate';
  const data = await harness.data(
    `mutation ($id: ID!${isOff ? ', $to: ID' : ''}, $key: String!) {
      ${mutation}(locationId: $id${isOff ? ', destinationLocationId: $to' : ''}) @idempotent(key: $key) {
        location { isActive deactivatedAt } ${mutation}UserErrors { code field }
      } }`,
    { key: newKey(), ...variables },
  );
  return data[mutation];
}

async function primaryOf(harness: Harness): Promise<string> {
  const { location } = await harness.data('{ location { id } }');
  return (location as { id: string }).id;
}

describe('locations', () => {
  it('are there from the first day, the first of them primary', async () => {
    const fake = createFakeShopify({ shops: [{ locations: ['Main', 'Annex'] }] });
    const { json } = await ask(fake.fetch, {
      query:
        '{ location { name isPrimary } locations(first: 5) { nodes { name isPrimary isActive fulfillsOnlineOrders } } locationsCount { count } }',
    });
    expect(json.data).toEqual({
      location: { name: 'Main', isPrimary: true },
      locations: {
        nodes: [
          { name: 'Annex', isPrimary: false, isActive: true, fulfillsOnlineOrders: true },
          { name: 'Main', isPrimary: true, isActive: true, fulfillsOnlineOrders: true },
        ],
      },
      locationsCount: { count: 2 },
    });
    expect((await ask(createFakeShopify().fetch, { query: '{ location { name } }' })).json.data).toEqual({
      location: { name: 'Shop location' },
    });
  });

  it('are added with an address', async () => {
    const harness = createHarness();
    const id = await add(harness, {
      name: ' Depot ',
      address: { countryCode: 'DE', city: 'Ulm', zip: '89073', address1: 'Weg 1' },
    });
    const { location } = await harness.data(
      `query ($id: ID!) { location(id: $id) { name legacyResourceId activatable deactivatable deletable shipsInventory isFulfillmentService
        fulfillmentService { id } hasActiveInventory hasUnfulfilledOrders addressVerified suggestedAddresses { city } localPickupSettingsV2 { instructions }
        address { address1 city zip country countryCode province latitude longitude formatted } } }`,
      { id },
    );
    expect(location).toEqual({
      name: 'Depot',
      legacyResourceId: id.split('/').at(-1),
      activatable: true,
      deactivatable: true,
      deletable: false,
      shipsInventory: true,
      isFulfillmentService: false,
      fulfillmentService: null,
      hasActiveInventory: false,
      hasUnfulfilledOrders: false,
      addressVerified: false,
      suggestedAddresses: [],
      localPickupSettingsV2: null,
      address: {
        address1: 'Weg 1',
        city: 'Ulm',
        zip: '89073',
        country: 'Germany',
        countryCode: 'DE',
        province: null,
        latitude: null,
        longitude: null,
        formatted: ['Weg 1', 'Ulm 89073', 'Germany'],
      },
    });
  });

  it.each([
    [{ name: '  ' }, 'BLANK'],
    [{ name: 'x'.repeat(256) }, 'TOO_LONG'],
    [{ name: 'Shop location' }, 'TAKEN'],
  ])('are not added as %j', async (input, code) => {
    const harness = createHarness();
    await expect(add(harness, input)).rejects.toThrow(`"code":"${code}","field":["input","name"]`);
    expect(harness.store.all(shop, 'Location')).toHaveLength(1);
  });

  it('are searched, sorted and counted', async () => {
    const harness = createHarness();
    await add(harness, { name: 'Depot' });
    const id = await add(harness, { name: 'annex' });
    const list = async (args: string): Promise<unknown> => {
      const { locations } = await harness.data(`{ locations(first: 5, ${args}) { nodes { name } } }`);
      return (locations as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
    };
    expect(await list('sortKey: NAME')).toEqual(['annex', 'Depot', 'Shop location']);
    expect(await list('sortKey: ID, reverse: true')).toEqual(['annex', 'Depot', 'Shop location']);
    expect(await list('query: "name:dep*"')).toEqual(['Depot']);
    expect(await list(`query: "id:${id.split('/').at(-1)} active:true"`)).toEqual(['annex']);
    expect(
      await harness.data(
        '{ locationsCount(query: "name:dep*") { count } location(id: "gid://shopify/Location/99") { id } }',
      ),
    ).toEqual({
      locationsCount: { count: 1 },
      location: null,
    });
    expect((await harness.run('{ locations(first: 1, sortKey: RELEVANCE) { nodes { id } } }')).errors).toMatchObject([
      { extensions: { code: 'NOT_SIMULATED' } },
    ]);
  });

  it('with a wrong metafield are refused', async () => {
    const metafields = [{ namespace: 'host', key: 'a', value: '1' }];
    await expect(add(createHarness(), { name: 'A', metafields })).rejects.toThrow("Type can't be blank");
  });
});

describe('a location that closes', () => {
  it('is gone from the lists, and comes back', async () => {
    const harness = createListeningHarness();
    const id = await add(harness, { name: 'Depot' });
    await harness.clock.advance(1_000);
    expect(await change(harness, 'locationDeactivate', { id })).toEqual({
      location: { isActive: false, deactivatedAt: '2026-10-01T00:00:01Z' },
      locationDeactivateUserErrors: [],
    });
    const list =
      '{ active: locations(first: 5) { nodes { name } } all: locations(first: 5, includeInactive: true) { nodes { name } } }';
    expect(await harness.data(list)).toEqual({
      active: { nodes: [{ name: 'Shop location' }] },
      all: { nodes: [{ name: 'Depot' }, { name: 'Shop location' }] },
    });
    expect(await change(harness, 'locationDeactivate', { id })).toMatchObject({ locationDeactivateUserErrors: [] });
    const flags = 'activatable deactivatable deletable shipsInventory';
    expect(
      await harness.data(`query ($id: ID!) { closed: location(id: $id) { ${flags} } open: location { ${flags} } }`, {
        id,
      }),
    ).toEqual({
      closed: { activatable: true, deactivatable: true, deletable: true, shipsInventory: false },
      open: { activatable: true, deactivatable: false, deletable: false, shipsInventory: true },
    });
    expect(await change(harness, 'locationActivate', { id })).toEqual({
      location: { isActive: true, deactivatedAt: null },
      locationActivateUserErrors: [],
    });
    expect(await change(harness, 'locationActivate', { id })).toMatchObject({ location: { isActive: true } });
    expect(harness.topics()).toEqual(['locations/create', 'locations/deactivate', 'locations/activate']);
    expect(harness.events[1]?.payload).toMatchObject({ name: 'Depot', active: false, country_code: 'DE' });
  });

  it('hands its stock to another', async () => {
    const harness = createHarness();
    const to = await primaryOf(harness);
    const id = await add(harness, { name: 'Depot' });
    const quantities = (locationId: string, quantity: number) => ({ locationId, name: 'available', quantity });
    const variants = [
      {
        optionValues: [{ optionName: 'Size', name: 'S' }],
        inventoryQuantities: [quantities(id, 3), quantities(to, 4)],
      },
      { optionValues: [{ optionName: 'Size', name: 'M' }], inventoryQuantities: [quantities(id, 5)] },
    ];
    const productOptions = [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }];
    await pushed(harness, { title: 'A', productOptions, variants });
    expect(await change(harness, 'locationDeactivate', { id })).toEqual({
      location: { isActive: true, deactivatedAt: null },
      locationDeactivateUserErrors: [{ code: 'HAS_ACTIVE_INVENTORY_ERROR', field: ['locationId'] }],
    });
    expect(await change(harness, 'locationDeactivate', { id, to })).toMatchObject({ locationDeactivateUserErrors: [] });
    const { productVariants } = await harness.data(
      `{ productVariants(first: 5) { nodes { inventoryQuantity inventoryItem { locationsCount { count } } } } }`,
    );
    expect(productVariants).toEqual({
      nodes: [
        { inventoryQuantity: 7, inventoryItem: { locationsCount: { count: 1 } } },
        { inventoryQuantity: 5, inventoryItem: { locationsCount: { count: 1 } } },
      ],
    });
  });

  it('stays open where it must', async () => {
    const harness = createHarness();
    const id = await primaryOf(harness);
    const codes = async (variables: Record<string, unknown>): Promise<unknown> => {
      const payload = await change(harness, 'locationDeactivate', { id, ...variables });
      return (payload as { locationDeactivateUserErrors: { code: string }[] }).locationDeactivateUserErrors.map(
        ({ code }) => code,
      );
    };
    expect(await codes({ id: 'gid://shopify/Location/99' })).toEqual(['LOCATION_NOT_FOUND']);
    expect(await codes({})).toEqual(['PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR']);
    await add(harness, { name: 'Depot', fulfillsOnlineOrders: false });
    expect(await codes({})).toEqual(['CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT']);
    await add(harness, { name: 'Annex' });
    expect(await codes({ to: id })).toEqual(['DESTINATION_LOCATION_IS_THE_SAME_LOCATION']);
    expect(await codes({ to: 'gid://shopify/Location/99' })).toEqual(['DESTINATION_LOCATION_NOT_SHOPIFY_MANAGED']);
  });

  it('does not open beside one of the same name', async () => {
    const harness = createHarness();
    const id = await add(harness, { name: 'Depot' });
    await change(harness, 'locationDeactivate', { id });
    await add(harness, { name: 'Depot' });
    expect(await change(harness, 'locationActivate', { id })).toEqual({
      location: { isActive: false, deactivatedAt: '2026-10-01T00:00:00Z' },
      locationActivateUserErrors: [{ code: 'HAS_NON_UNIQUE_NAME', field: ['locationId'] }],
    });
    expect(await change(harness, 'locationActivate', { id: 'gid://shopify/Location/99' })).toMatchObject({
      locationActivateUserErrors: [{ code: 'LOCATION_NOT_FOUND' }],
    });
  });
});

const edit = `mutation ($id: ID!, $input: LocationEditInput!) { locationEdit(id: $id, input: $input) {
  location { name fulfillsOnlineOrders address { city zip countryCode } metafield(namespace: "made", key: "code") { value ownerType } }
  userErrors { code field message } } }`;

describe('locationEdit', () => {
  it('changes what is given, and keeps the rest', async () => {
    const harness = createHarness();
    const id = await add(harness, { name: 'Annex', address: { countryCode: 'DE', city: 'Ulm', zip: '89073' } });
    const metafields = [{ namespace: 'made', key: 'code', type: 'single_line_text_field', value: 'A1' }];
    const input = { name: ' Annexe ', fulfillsOnlineOrders: false, address: { city: 'Bonn' }, metafields };
    expect(await harness.data(edit, { id, input })).toEqual({
      locationEdit: {
        location: {
          name: 'Annexe',
          fulfillsOnlineOrders: false,
          address: { city: 'Bonn', zip: '89073', countryCode: 'DE' },
          metafield: { value: 'A1', ownerType: 'LOCATION' },
        },
        userErrors: [],
      },
    });
  });

  it.each([
    [{ name: ' ' }, 'BLANK', 'input.name', 'Add a location name'],
    [{ name: 'a'.repeat(101) }, 'TOO_LONG', 'input.name', 'Use a shorter location name (up to 100 characters)'],
    [{ name: 'Annex' }, 'TAKEN', 'input.name', 'You already have a location with this name'],
    [
      { fulfillsOnlineOrders: false },
      'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
      'input',
      'Online order fulfillment could not be disabled for this location as it is the only location that fulfills online orders.',
    ],
    [
      { address: { zip: '1'.repeat(256) } },
      'TOO_LONG',
      'input.address.zip',
      'Use a shorter postal / ZIP code (up to 255 characters)',
    ],
    [
      { address: { address1: 'a'.repeat(256) } },
      'TOO_LONG',
      'input.address.address1',
      'Use a shorter name for the street (up to 255 characters)',
    ],
    [
      { address: { city: 'a'.repeat(256) } },
      'TOO_LONG',
      'input.address.city',
      'Use a shorter city name (up to 255 characters)',
    ],
  ])('refuses %o', async (input, code, field, message) => {
    const harness = createHarness();
    await add(harness, { name: 'Annex', fulfillsOnlineOrders: false });
    const id = await primaryOf(harness);
    expect(await harness.data(edit, { id, input })).toEqual({
      locationEdit: { location: null, userErrors: [{ code, field: field.split('.'), message }] },
    });
  });

  it('refuses what is not there', async () => {
    const harness = createHarness();
    const { locationEdit } = await harness.data(edit, { id: 'gid://shopify/Location/999', input: { name: 'x' } });
    expect(locationEdit).toEqual({
      location: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['id'], message: 'Location not found.' }],
    });
  });
});

describe('locationDelete', () => {
  const remove = `mutation ($id: ID!) { locationDelete(locationId: $id) {
    deletedLocationId locationDeleteUserErrors { code field message } } }`;

  it('takes one that is inactive and empty, and tells of it', async () => {
    const harness = createListeningHarness();
    const { events } = harness;
    const id = await add(harness, { name: 'Annex' });
    const { locationDelete: refused } = await harness.data(remove, { id });
    expect(refused).toEqual({
      deletedLocationId: null,
      locationDeleteUserErrors: [
        {
          code: 'LOCATION_IS_ACTIVE',
          field: ['locationId'],
          message: 'The location cannot be deleted while it is active.',
        },
      ],
    });
    await change(harness, 'locationDeactivate', { id });
    expect(await harness.data(remove, { id })).toEqual({
      locationDelete: { deletedLocationId: id, locationDeleteUserErrors: [] },
    });
    expect(await harness.data('query ($id: ID!) { location(id: $id) { id } }', { id })).toEqual({ location: null });
    expect(events.map(({ topic }) => topic)).toContain('locations/delete');
    const { locationDelete: gone } = await harness.data(remove, { id });
    expect(gone).toMatchObject({
      locationDeleteUserErrors: [{ code: 'LOCATION_NOT_FOUND', message: 'Location not found.' }],
    });
  });

  it('refuses one with stock, and one from which an order is to be sent', async () => {
    const fake = createFakeShopify({
      shops: [{ locations: ['Main', 'Annex'], orders: [{ lineItems: [{ title: 'Mug' }] }] }],
    });
    const { json } = await ask(fake.fetch, { query: '{ location { id hasUnfulfilledOrders } }' });
    expect(json.data.location.hasUnfulfilledOrders).toBe(true);
    const answer = await ask(fake.fetch, { query: remove, variables: { id: json.data.location.id } });
    expect(answer.json.data.locationDelete.locationDeleteUserErrors.map(({ code }: { code: string }) => code)).toEqual([
      'LOCATION_IS_ACTIVE',
      'LOCATION_HAS_PENDING_ORDERS',
    ]);
  });
});
