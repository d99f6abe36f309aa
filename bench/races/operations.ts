import { createRandom } from './statistics.ts';

/** One operation of a race. */
export interface Operation {
  /** Identifies the executions of one mutation: it is part of the title of the product that it creates. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Template = Omit<Operation, 'id' | 'kind'> & { /** Requested points. */ readonly cost: number };

// Without an identifier it creates a product each time: `unsafe`.
const createProductDocument = `mutation CreateProduct($input: ProductSetInput!) {
  productSet(synchronous: true, input: $input) { product { id } userErrors { field message } }
}`;

/** Requested and charged points are the same, and the fake responds fast, as a race of waiting needs. */
function lookup(products: number, productId: string): Template {
  const fields = Array.from({ length: products }, (_, index) => `p${index}: product(id: $id) { title }`);
  const name = `Lookup${products}`;
  const document = `query ${name}($id: ID!) { ${fields.join(' ')} }`;
  return { name, document, variables: { id: productId }, cost: products };
}

/** Pages that the shop does not fill: more points are requested than charged. */
const pages: readonly Template[] = [
  {
    name: 'ProductList',
    cost: 9,
    document: 'query ProductList($first: Int!) { products(first: $first) { nodes { id title handle } } }',
    variables: { first: 50 },
  },
  {
    name: 'Catalogue',
    cost: 51,
    document: `query Catalogue($first: Int!, $variants: Int!) {
      products(first: $first) { nodes { id title variants(first: $variants) { nodes { id sku } } } }
    }`,
    variables: { first: 50, variants: 10 },
  },
];

const lookupSizes = [1, 2, 5, 10, 20, 35, 50, 65, 80, 100];

/** The settings of a mix. */
export interface MixOptions {
  readonly count: number;
  readonly seed: number;
  /** Share of mutations, from 0 to 1. */
  readonly mutations: number;
  /** An existing product. */
  readonly productId: string;
  /** Maximum points requested by a lookup. Default 100. */
  readonly maxCost?: number;
}

/** Operations that request 1 to 100 points: mutations by their share, and one query in five a page. */
export function mixOf({ count, seed, mutations, productId, maxCost = 100 }: MixOptions): readonly Operation[] {
  const random = createRandom(seed);
  const lookups = lookupSizes.filter((size) => size <= maxCost).map((size) => lookup(size, productId));
  return Array.from({ length: count }, (_, index): Operation => {
    const [choice, kind, size] = [random(), random(), random()];
    const id = `op-${seed}-${index}`;
    if (choice < mutations) return { id, kind: 'mutation', ...createProduct(id, Math.floor(size * 20)) };
    const templates = kind < 0.2 ? pages : lookups;
    const wanted = 1 + size * (maxCost - 1);
    const { cost: _cost, ...template } = templates.reduce((best, next) =>
      Math.abs(next.cost - wanted) < Math.abs(best.cost - wanted) ? next : best,
    );
    return { id, kind: 'query', ...template };
  });
}

/** A new product with a number of metafields: 10 points, plus 0.4 for each. */
export function createProduct(title: string, metafields: number): Omit<Operation, 'id' | 'kind'> {
  const entries = Array.from({ length: metafields }, (_, index) => ({
    namespace: 'bench',
    key: `field_${index}`,
    type: 'single_line_text_field',
    value: 'value',
  }));
  return {
    name: 'CreateProduct',
    document: createProductDocument,
    variables: { input: { title, ...(entries.length > 0 && { metafields: entries }) } },
  };
}
