// @ts-nocheck
import { createHarness, type Harness, pushed } from './harness.ts';

/** A harness with one product of one variant, stocked at the one location. */
export interface Stocked {
  readonly harness: Harness;
  readonly product: string;
  readonly variant: string;
  readonly item: string;
  readonly location: string;
  /** A second location, where the variant is not stocked. */
  readonly elsewhere: string;
}

export async function stocked(harness: Harness = createHarness(), variant: object = {}): Promise<Stocked> {
  const { location } = await harness.data('{ location { id } }');
  const { locationAdd } = await harness.data(
    'mutation { locationAdd(input: {name: "Depot", address: {countryCode: DE}}) { location { id } } }',
  );
  const { id } = await pushed(harness, {
    title: 'A',
    productOptions: [],
    variants: [{ optionValues: [], ...variant }],
  });
  const { product } = await harness.data(
    'query ($id: ID!) { product(id: $id) { variants(first: 1) { nodes { id inventoryItem { id } } } } }',
    { id },
  );
  const [first] = (product as { variants: { nodes: { id: string; inventoryItem: { id: string } }[] } }).variants.nodes;
  if (!first) throw new Error('The product has no variant.');
  return {
    harness,
    product: id,
    variant: first.id,
    item: first.inventoryItem.id,
    location: (location as { id: string }).id,
    elsewhere: (locationAdd as { location: { id: string } }).location.id,
  };
}

let keys = 0;

/** Runs an inventory mutation with a key of its own. */
export async function change(
  harness: Harness,
  mutation: string,
  input: object,
  key = `change-${++keys}`,
): Promise<Changed> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const data = await harness.data(
    `mutation ($input: ${type}, $key: String!) { ${mutation}(input: $input) @idempotent(key: $key) {
      inventoryAdjustmentGroup { id reason referenceDocumentUri createdAt changes { name delta quantityAfterChange ledgerDocumentUri } }
      userErrors { code field message }
    } }`,
    { input, key },
  );
  return data[mutation] as Changed;
}

export interface Changed {
  readonly inventoryAdjustmentGroup: {
    readonly id: string;
    readonly changes: readonly { readonly name: string; readonly delta: number }[];
  } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

/** Code and field of each problem. */
export const problemsOf = ({ userErrors }: Changed): [string, string][] =>
  userErrors.map(({ code, field }) => [code, field.join('.')]);

const allNames =
  '["available", "on_hand", "committed", "damaged", "incoming", "quality_control", "reserved", "safety_stock"]';

/** The quantities of an item at a location, without those that are 0; `null` where it is not stocked. */
export async function quantitiesAt({ harness, item }: Stocked, location: string): Promise<unknown> {
  const { inventoryItem } = await harness.data(
    `query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) {
      quantities(names: ${allNames}) { name quantity } } } }`,
    { item, location },
  );
  const level = (inventoryItem as { inventoryLevel: { quantities: { name: string; quantity: number }[] } | null })
    .inventoryLevel;
  const inStock = level?.quantities.filter(({ quantity }) => quantity !== 0);
  return inStock ? Object.fromEntries(inStock.map(({ name, quantity }) => [name, quantity])) : null;
}
