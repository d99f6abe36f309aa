// @ts-nocheck
import { type DocumentedOperation, reference } from './record.ts';

/** Inventory and locations. */
export const inventoryOperations: readonly DocumentedOperation[] = [
  {
    source: reference('2026-07/queries/inventoryLevel'),
    query: `query {
      inventoryLevel(id: "gid://shopify/InventoryLevel/523463154?inventory_item_id=30322695") {
        id
        quantities(names: [
          "available", "incoming", "committed", "damaged", "on_hand", "quality_control", "reserved", "safety_stock"
        ]) { name quantity }
        item { id sku }
        location { id name }
      }
    }`,
  },
  {
    source: reference('2026-07/mutations/inventoryItemUpdate'),
    query: `mutation inventoryItemUpdate($id: ID!, $input: InventoryItemInput!) {
      inventoryItemUpdate(id: $id, input: $input) {
        inventoryItem {
          id unitCost { amount } tracked countryCodeOfOrigin provinceCodeOfOrigin harmonizedSystemCode
          countryHarmonizedSystemCodes(first: 1) { edges { node { harmonizedSystemCode countryCode } } }
        }
        userErrors { message }
      }
    }`,
    variables: {
      id: 'gid://shopify/InventoryItem/43729076',
      input: {
        harmonizedSystemCode: '621710',
        countryHarmonizedSystemCodes: [{ harmonizedSystemCode: '6217109510', countryCode: 'CA' }],
      },
    },
  },
  {
    source: reference('2026-07/mutations/inventoryDeactivate'),
    query: `mutation inventoryDeactivate($inventoryLevelId: ID!) {
      inventoryDeactivate(inventoryLevelId: $inventoryLevelId) { userErrors { message } }
    }`,
    variables: { inventoryLevelId: 'gid://shopify/InventoryLevel/820859520?inventory_item_id=826867926' },
  },
  {
    source: reference('2026-07/mutations/inventoryShipmentAddItems'),
    query: `mutation inventoryShipmentAddItems(
      $id: ID!, $lineItems: [InventoryShipmentLineItemInput!]!, $idempotencyKey: String!
    ) {
      inventoryShipmentAddItems(id: $id, lineItems: $lineItems) @idempotent(key: $idempotencyKey) {
        userErrors { field message code }
        inventoryShipment { id status }
      }
    }`,
    variables: {
      id: 'gid://shopify/InventoryShipment/787965984',
      lineItems: [{ inventoryItemId: 'gid://shopify/InventoryItem/113711323', quantity: 1 }],
      idempotencyKey: '550e8400-e29b-41d4-a716-446655440000',
    },
  },
  {
    source: reference('2026-07/mutations/inventoryShipmentCreate'),
    query: `mutation inventoryShipmentCreate($input: InventoryShipmentCreateInput!, $idempotencyKey: String!) {
      inventoryShipmentCreate(input: $input) @idempotent(key: $idempotencyKey) {
        userErrors { field message code }
        inventoryShipment { id status }
      }
    }`,
    variables: {
      input: {
        movementId: 'gid://shopify/InventoryTransfer/208173983',
        lineItems: [{ inventoryItemId: 'gid://shopify/InventoryItem/113711323', quantity: 420 }],
      },
      idempotencyKey: '550e8400-e29b-41d4-a716-446655440000',
    },
  },
  {
    source: reference('2026-07/mutations/inventoryTransferSetItems'),
    query: `mutation inventoryTransferSetItems($input: InventoryTransferSetItemsInput!, $idempotencyKey: String!) {
      inventoryTransferSetItems(input: $input) @idempotent(key: $idempotencyKey) {
        inventoryTransfer { id }
        updatedLineItems { inventoryItemId newQuantity }
        userErrors { field message code }
      }
    }`,
    variables: {
      input: {
        id: 'gid://shopify/InventoryTransfer/1061783017',
        lineItems: [{ inventoryItemId: 'gid://shopify/InventoryItem/498744621', quantity: 2 }],
      },
      idempotencyKey: '7bbaca75-549a-4e96-90ce-a479854dbf92',
    },
  },
  {
    source: reference('2026-07/queries/locations'),
    query: 'query { locations(first: 5) { edges { node { id name address { formatted } } } } }',
  },
  {
    source: reference('2026-01/queries/location'),
    query: `query {
      location(id: "gid://shopify/Location/346779380") {
        id name address { formatted } deactivatable fulfillsOnlineOrders hasActiveInventory isActive shipsInventory
      }
    }`,
  },
  { source: reference('2026-01/queries/locationsCount'), query: 'query { locationsCount { count } }' },
  {
    source: reference('2026-01/mutations/locationAdd'),
    query: `mutation {
      locationAdd(input: {
        name: "New York Warehouses"
        address: { address1: "101 Liberty Street", city: "New York", provinceCode: "NY", countryCode: US, zip: "10006" }
        fulfillsOnlineOrders: true
      }) {
        location { id name address { address1 provinceCode countryCode zip } fulfillsOnlineOrders }
      }
    }`,
  },
  {
    source: reference('2026-07/mutations/locationDelete'),
    query: 'mutation { locationDelete(locationId: "gid://shopify/Location/658095763") { deletedLocationId } }',
  },
];

/** The schema takes them, but from 2026-04 Shopify refuses them when they run, since their `@idempotent` is missing. */
export const unkeyedOperations: readonly DocumentedOperation[] = [
  {
    source: reference('2026-01/mutations/inventoryMoveQuantities'),
    query: `mutation inventoryMoveQuantities($input: InventoryMoveQuantitiesInput!, $quantityNames: [String!]) {
      inventoryMoveQuantities(input: $input) {
        userErrors { field message code }
        inventoryAdjustmentGroup {
          createdAt reason referenceDocumentUri changes(quantityNames: $quantityNames) { name delta }
        }
      }
    }`,
    variables: {
      input: { reason: 'damaged', referenceDocumentUri: 'logistics://some.warehouse/take/2023-01/13', changes: [] },
      quantityNames: ['committed', 'reserved', 'available', 'on_hand'],
    },
  },
  {
    source: reference('2026-01/mutations/locationActivate'),
    query: `mutation {
      locationActivate(locationId: "gid://shopify/Location/658095763") { location { id isActive } }
    }`,
  },
  {
    source: reference('2026-07/mutations/locationDeactivate'),
    query: `mutation {
      locationDeactivate(
        locationId: "gid://shopify/Location/922479430"
        destinationLocationId: "gid://shopify/Location/147921425"
      ) {
        location { id isActive }
        locationDeactivateUserErrors { message code field }
      }
    }`,
  },
];
