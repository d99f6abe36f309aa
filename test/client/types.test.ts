import type { DocumentNode } from 'graphql';
import {
  type Gid,
  type GraphqlErrorEntry,
  type GraphqlResult,
  isShopwrightError,
  type Pagination,
  type PartialGraphqlResult,
  type ShopifyClient,
  type TypedDocument,
} from 'shopwright';
import { describe, expectTypeOf, it } from 'vitest';
import {
  ProductByIdentifierDocument,
  type ProductStatus,
  PublicationsDocument,
  ShopOverviewDocument,
} from '../../src/graphql/operations/generated/graphql.ts';

// The compiler makes the assertions: these functions are checked, but never called.
const shop = {} as ShopifyClient;

describe('the types of graphql()', () => {
  it('infer the data of a generated document', () => {
    const call = () => shop.graphql(ProductByIdentifierDocument, { identifier: { handle: 'tee' } });
    type Product = NonNullable<Awaited<ReturnType<typeof call>>['data']['productByIdentifier']>;
    expectTypeOf<Product['id']>().toEqualTypeOf<Gid>();
    expectTypeOf<Product['title']>().toEqualTypeOf<string>();
  });

  it('require the variables that must be given', () => {
    // @ts-expect-error the variable `first` is missing
    void (() => shop.graphql(PublicationsDocument, {}));
    // @ts-expect-error the variables are missing
    void (() => shop.graphql(PublicationsDocument));
    // @ts-expect-error it is a number
    void (() => shop.graphql(PublicationsDocument, { first: '10' }));
    void (() => shop.graphql(PublicationsDocument, { first: 10 }, { priority: 'background' }));
  });

  it('let variables be omitted if none is required', () => {
    void (() => shop.graphql(ShopOverviewDocument));
    void (() => shop.graphql(ShopOverviewDocument, {}, { deadlineMs: 1000 }));
  });

  it('accept a document node with types', () => {
    const document = {} as DocumentNode & TypedDocument<{ a: number }, { b: string }>;
    const call = () => shop.graphql(document, { b: 'x' });
    expectTypeOf<Awaited<ReturnType<typeof call>>>().toEqualTypeOf<GraphqlResult<{ a: number }>>();
  });

  it('are unknown for plain text, or what the caller declares', () => {
    const plain = () => shop.graphql('{ shop { id } }');
    const told = () => shop.graphql<{ shop: { id: string } }>('{ shop { id } }');
    expectTypeOf<Awaited<ReturnType<typeof plain>>['data']>().toEqualTypeOf<unknown>();
    expectTypeOf<Awaited<ReturnType<typeof told>>['data']['shop']['id']>().toEqualTypeOf<string>();
  });

  it('include missing data if errors are returned', () => {
    const typed = () => shop.graphql(ShopOverviewDocument, {}, { errors: 'return', priority: 'background' });
    const told = () => shop.graphql<{ a: number }>('{ a }', undefined, { errors: 'return' });
    const thrown = () => shop.graphql<{ a: number }>('{ a }', undefined, { errors: 'throw' });
    type Typed = Awaited<ReturnType<typeof typed>>;
    expectTypeOf<null>().toExtend<Typed['data']>();
    expectTypeOf<NonNullable<Typed['data']>['shop']['name']>().toEqualTypeOf<string>();
    expectTypeOf<Typed['errors']>().toEqualTypeOf<readonly GraphqlErrorEntry[]>();
    expectTypeOf<Awaited<ReturnType<typeof told>>>().toEqualTypeOf<PartialGraphqlResult<{ a: number }>>();
    expectTypeOf<Awaited<ReturnType<typeof thrown>>>().toEqualTypeOf<GraphqlResult<{ a: number }>>();
    // @ts-expect-error the variables are missing
    void (() => shop.graphql(PublicationsDocument, {}, { errors: 'return' }));
    // @ts-expect-error REST has no errors to return
    void (() => shop.rest.get('products.json', { errors: 'return' }));
  });

  it('leave room in an enum for values that Shopify adds', () => {
    expectTypeOf<'ACTIVE'>().toExtend<ProductStatus>();
    expectTypeOf<'NEW_IN_2027'>().toExtend<ProductStatus>();
  });
});

describe('the types of isShopwrightError()', () => {
  it('narrow an error to the given classes and codes', () => {
    void ((error: unknown) => {
      if (!isShopwrightError(error, 'THROTTLED', 'HTTP_ERROR')) return;
      expectTypeOf(error.code).toEqualTypeOf<'THROTTLED' | 'HTTP_ERROR'>();
      if (error.code === 'HTTP_ERROR') expectTypeOf(error.status).toEqualTypeOf<number>();
    });
  });
});

describe('the types of paginate()', () => {
  type Money = { readonly nodes: { readonly amount: string }[] };
  type Data = {
    readonly product: {
      readonly title: string;
      readonly tags: string[];
      readonly variants: { readonly nodes: { readonly sku: string }[] };
      readonly media: { readonly edges: { readonly node: { readonly alt: string; readonly inner: Money } }[] };
    } | null;
  };
  const document = {} as TypedDocument<Data, { id: string; after?: string | null }>;
  const variables = { id: 'gid://shopify/Product/1' };

  it('infer the nodes of a generated document', () => {
    const pages = () => shop.paginate(PublicationsDocument, { first: 10 });
    type Publication = ReturnType<typeof pages> extends Pagination<infer Node> ? Node : never;
    expectTypeOf<Publication['id']>().toEqualTypeOf<Gid>();
    type PageOf = ReturnType<ReturnType<typeof pages>['pages']> extends AsyncGenerator<infer One> ? One : never;
    expectTypeOf<PageOf['nodes']>().toEqualTypeOf<readonly Publication[]>();
  });

  it('infer the nodes at a path, and refuse an unknown path', () => {
    const media = () => shop.paginate(document, variables, { at: 'product.media' });
    expectTypeOf<ReturnType<typeof media>>().toEqualTypeOf<
      Pagination<{ readonly alt: string; readonly inner: Money }>
    >();
    const variants = () => shop.paginate(document, variables, { at: 'product.variants', nested: [] });
    expectTypeOf<ReturnType<typeof variants>>().toEqualTypeOf<Pagination<{ readonly sku: string }>>();
    // @ts-expect-error it is misspelt
    void (() => shop.paginate(document, variables, { at: 'product.variant' }));
    // @ts-expect-error tags are not a connection
    void (() => shop.paginate(document, variables, { at: 'product.tags' }));
  });

  it('require the variables that must be given, and accept the options of a call', () => {
    // @ts-expect-error the variable `id` is missing
    void (() => shop.paginate(document, {}));
    // @ts-expect-error the variables are missing
    void (() => shop.paginate(document));
    // @ts-expect-error pages have no idempotency key
    void (() => shop.paginate(document, variables, { idempotencyKey: 'x' }));
    void (() => shop.paginate(document, variables, { priority: 'background', after: null }));
  });

  it('are unknown for plain text, or what the caller declares', () => {
    const plain = () => shop.paginate('query …', { first: 1 }, { at: 'products' });
    const told = () => shop.paginate<{ id: string }>('query …');
    expectTypeOf<ReturnType<typeof plain>>().toEqualTypeOf<Pagination<unknown>>();
    expectTypeOf<ReturnType<typeof told>>().toEqualTypeOf<Pagination<{ id: string }>>();
  });
});
