// @ts-nocheck
import {
  createFakeShopify,
  createManualClock,
  type FakeShopify,
  type FakeShopifyOptions,
  type ManualClock,
} from 'shopwright/testing';
import { ask } from '../ask.ts';

export interface Operation {
  readonly id: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly type: string;
  readonly query: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly objectCount: string;
  readonly rootObjectCount: string;
  readonly fileSize: string | null;
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}

export interface Started {
  readonly bulkOperation: Operation | null;
  readonly userErrors: readonly {
    readonly code: string | null;
    readonly field: readonly string[] | null;
    readonly message: string;
  }[];
}

export interface Target {
  readonly url: string;
  readonly resourceUrl: string | null;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** One line of a result. */
export interface Line {
  readonly id?: string;
  readonly __parentId?: string;
  readonly __lineNumber?: number;
  readonly [field: string]: unknown;
}

const fields =
  'id status errorCode type query createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl';

/** A fake on a manual clock, with what a test of bulk operations asks of it. */
export interface BulkHarness {
  readonly fake: FakeShopify;
  readonly clock: ManualClock;
  /** Payloads of `bulk_operations/finish` so far. */
  readonly finishes: readonly unknown[];
  /** Data of a response without errors. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read deep into answers, and a wrong path fails them.
  data(query: string, variables?: object, token?: string): Promise<any>;
  runQuery(query: string, groupObjects?: boolean): Promise<Started>;
  /** Starts a query that must be accepted. */
  started(query: string, groupObjects?: boolean): Promise<Operation>;
  stage(input?: object): Promise<Target>;
  /** Uploads rows for a bulk mutation, and gives the `stagedUploadPath`. */
  upload(content: string): Promise<string>;
  runMutation(mutation: string, stagedUploadPath: string, clientIdentifier?: string): Promise<Started>;
  /** Uploads rows and runs a mutation over them that must be accepted. */
  imported(mutation: string, rows: readonly object[]): Promise<Operation>;
  operation(id: string): Promise<Operation>;
  /** Lets the clock go on until the operation has ended. */
  ended(id: string): Promise<Operation>;
  cancel(id: string): Promise<Started>;
  get(url: string, init?: RequestInit): Promise<Response>;
  lines(url: string | null): Promise<Line[]>;
}

export const host = 'https://demo.myshopify.com';

export function createBulkHarness(options: Partial<FakeShopifyOptions> = {}): BulkHarness {
  const clock = createManualClock();
  const shops = [{ bucket: { maximumAvailable: 1_000_000, restoreRate: 1_000 } }];
  const subscriptions = [{ topics: ['bulk_operations/finish'], uri: 'https://app.example/webhooks' }] as const;
  const fake = createFakeShopify({ clock, shops, webhooks: { subscriptions }, ...options });
  const finishes: unknown[] = [];
  fake.webhooks.onDelivery(async (request) => {
    finishes.push(await request.json());
    return new Response();
  });

  const harness: BulkHarness = {
    fake,
    clock,
    finishes,
    async data(query, variables, token) {
      const { json } = await ask(fake.fetch, { query, ...(variables && { variables }), ...(token && { token }) });
      if (json.errors) throw new Error(JSON.stringify(json.errors));
      return json.data;
    },
    async runQuery(query, groupObjects) {
      const document = `mutation ($query: String!${groupObjects === undefined ? '' : ', $groupObjects: Boolean!'}) {
        bulkOperationRunQuery(query: $query${groupObjects === undefined ? '' : ', groupObjects: $groupObjects'}) {
          bulkOperation { ${fields} } userErrors { code field message }
        }
      }`;
      return (await harness.data(document, { query, groupObjects })).bulkOperationRunQuery;
    },
    async started(query, groupObjects) {
      return accepted(await harness.runQuery(query, groupObjects));
    },
    async stage(input = {}) {
      const document = `mutation ($input: [StagedUploadInput!]!) {
        stagedUploadsCreate(input: $input) {
          stagedTargets { url resourceUrl parameters { name value } } userErrors { field message }
        }
      }`;
      const usual = { resource: 'BULK_MUTATION_VARIABLES', filename: 'rows.jsonl', mimeType: 'text/jsonl' };
      const { stagedUploadsCreate } = await harness.data(document, {
        input: [{ ...usual, httpMethod: 'POST', ...input }],
      });
      return stagedUploadsCreate.stagedTargets[0];
    },
    async upload(content) {
      const target = await harness.stage();
      const { status } = await harness.get(target.url, { method: 'POST', body: formOf(target, content) });
      if (status !== 201) throw new Error(`The upload was answered with ${status}.`);
      return keyOf(target);
    },
    async runMutation(mutation, stagedUploadPath, clientIdentifier) {
      const document = `mutation ($mutation: String!, $stagedUploadPath: String!, $clientIdentifier: String) {
        bulkOperationRunMutation(
          mutation: $mutation, stagedUploadPath: $stagedUploadPath, clientIdentifier: $clientIdentifier
        ) { bulkOperation { ${fields} } userErrors { code field message } }
      }`;
      return (await harness.data(document, { mutation, stagedUploadPath, clientIdentifier })).bulkOperationRunMutation;
    },
    async imported(mutation, rows) {
      return accepted(await harness.runMutation(mutation, await harness.upload(jsonl(rows))));
    },
    async operation(id) {
      return (await harness.data(`query ($id: ID!) { bulkOperation(id: $id) { ${fields} } }`, { id })).bulkOperation;
    },
    async ended(id) {
      for (let step = 0; step < 1_000; step++) {
        const operation = await harness.operation(id);
        if (!['CREATED', 'RUNNING', 'CANCELING'].includes(operation.status)) return operation;
        await clock.advance(100);
      }
      throw new Error('The operation did not end.');
    },
    async cancel(id) {
      const document = `mutation ($id: ID!) {
        bulkOperationCancel(id: $id) { bulkOperation { ${fields} } userErrors { field message } }
      }`;
      return (await harness.data(document, { id })).bulkOperationCancel;
    },
    get: (url, init) => fake.fetch(url, init),
    async lines(url) {
      if (url === null) throw new Error('There is no file.');
      const response = await harness.get(url);
      if (response.status !== 200) throw new Error(`The file was answered with ${response.status}.`);
      const text = await response.text();
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    },
  };
  return harness;
}

function accepted({ bulkOperation, userErrors }: Started): Operation {
  if (!bulkOperation) throw new Error(JSON.stringify(userErrors));
  return bulkOperation;
}

export const keyOf = ({ parameters }: Target): string => parameters.find(({ name }) => name === 'key')?.value ?? '';

export const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The form of an upload, as Shopify wants it. */
export function formOf({ parameters }: Target, content: string): FormData {
  const form = new FormData();
  for (const { name, value } of parameters) form.append(name, value);
  form.append('file', new Blob([content]), 'rows.jsonl');
  return form;
}

export const setProduct = /* GraphQL */ `
  mutation Set($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
    productSet(input: $input, identifier: $identifier, synchronous: false) {
      product { id handle }
      productSetOperation { id }
      userErrors { code field message }
    }
  }
`;

/** Variables of `setProduct` for a product with so many variants. */
export function productRow(number: number, variants = 1): object {
  const sizes = Array.from({ length: variants }, (_, index) => `Size ${index + 1}`);
  const handle = `product-${number}`;
  return {
    identifier: { handle },
    input: {
      handle,
      title: `Product ${number}`,
      productOptions: [{ name: 'Size', values: sizes.map((name) => ({ name })) }],
      variants: sizes.map((name) => ({
        sku: `${number}-${name}`,
        price: '10.00',
        optionValues: [{ optionName: 'Size', name }],
      })),
    },
  };
}

/** Puts products with variants into the shop, by a bulk mutation. */
export async function seedProducts(harness: BulkHarness, count: number, variants = 1): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => productRow(index + 1, variants));
  const { id } = await harness.imported(setProduct, rows);
  const { status } = await harness.ended(id);
  if (status !== 'COMPLETED') throw new Error(`The seed ended as ${status}.`);
}

export const productsQuery = '{ products { edges { node { id handle } } } }';
export const variantsQuery =
  '{ products { edges { node { id handle variants { edges { node { id sku position } } } } } } }';

/** Sets a product and asks for its vendor, behind which a test can put a resolver of its own. */
export const vendorMutation =
  'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { vendor } } }';

/** Rows for so many products. */
export const rowsUpTo = (count: number): object[] => Array.from({ length: count }, (_, index) => productRow(index + 1));
