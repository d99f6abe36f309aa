// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, type Harness, pushed, shop } from './harness.ts';

async function prepared() {
  const harness = createHarness();
  const [online, till] = harness.store.all(shop, 'Publication').map(({ id }) => id);
  const { id } = await pushed(harness, { title: 'A' });
  return { harness, id, online: online ?? '', till: till ?? '' };
}

const change = (name: string) => `mutation ($id: ID!, $input: [PublicationInput!]!) {
  ${name}(id: $id, input: $input) { publishable { ... on Product { id publishedAt } } shop { name } userErrors { field message } }
}`;
const publish = change('publishablePublish');
const unpublish = change('publishableUnpublish');

async function state(harness: Harness, id: string, publicationId: string): Promise<unknown> {
  const { product } = await harness.data(
    `query ($id: ID!, $publicationId: ID!) { product(id: $id) {
      publishedAt publishedOnPublication(publicationId: $publicationId)
      resourcePublicationsV2(first: 5) { nodes { isPublished publishDate publication { name } publishable { ... on Product { id } } } }
      all: resourcePublications(first: 5, onlyPublished: false) { nodes { isPublished publishDate } }
      resourcePublicationsCount(onlyPublished: false) { count } availablePublicationsCount { count }
      unpublishedPublications(first: 5) { nodes { name } }
    } }`,
    { id, publicationId },
  );
  return product;
}

describe('publications', () => {
  it('are listed in pages', async () => {
    const { harness, till } = await prepared();
    const query = `query ($after: String) { publications(first: 1, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } publicationsCount { count } }`;
    const first = await harness.data(query);
    expect(first).toMatchObject({
      publications: { nodes: [{ name: 'Online Store' }], pageInfo: { hasNextPage: true } },
      publicationsCount: { count: 2 },
    });
    const { endCursor } = (first['publications'] as { pageInfo: { endCursor: string } }).pageInfo;
    expect(await harness.data(query, { after: endCursor })).toMatchObject({
      publications: { nodes: [{ name: 'Point of Sale' }], pageInfo: { hasNextPage: false } },
    });
    expect(await harness.data('query ($id: ID!) { publication(id: $id) { name } }', { id: till })).toEqual({
      publication: { name: 'Point of Sale' },
    });
    expect(await harness.data('{ publication(id: "gid://shopify/Publication/99") { name } }')).toEqual({
      publication: null,
    });
  });

  it.each([
    'publications(first: 1, catalogType: APP) { nodes { id } }',
    'publicationsCount(catalogType: APP) { count }',
  ])('are not listed by catalogue: %s', async (field) => {
    expect((await createHarness().run(`{ ${field} }`)).errors).toMatchObject([
      { extensions: { code: 'NOT_SIMULATED' } },
    ]);
  });

  it('do not show a new product', async () => {
    const { harness, id, online } = await prepared();
    expect(await state(harness, id, online)).toEqual({
      publishedAt: null,
      publishedOnPublication: false,
      resourcePublicationsV2: { nodes: [] },
      all: { nodes: [] },
      resourcePublicationsCount: { count: 0 },
      availablePublicationsCount: { count: 0 },
      unpublishedPublications: { nodes: [{ name: 'Online Store' }, { name: 'Point of Sale' }] },
    });
  });

  it('show what is published, from the first time on', async () => {
    const { harness, id, online } = await prepared();
    const input = [{ publicationId: online }];
    const publishedAt = '2026-10-01T00:00:00Z';
    const answer = { publishable: { id, publishedAt }, shop: { name: 'Demo' }, userErrors: [] };
    expect(await harness.data(publish, { id, input })).toEqual({ publishablePublish: answer });
    await harness.clock.advance(5000);
    expect(await harness.data(publish, { id, input })).toEqual({ publishablePublish: answer });
    expect(await state(harness, id, online)).toEqual({
      publishedAt,
      publishedOnPublication: true,
      resourcePublicationsV2: {
        nodes: [
          { isPublished: true, publishDate: publishedAt, publication: { name: 'Online Store' }, publishable: { id } },
        ],
      },
      all: { nodes: [{ isPublished: true, publishDate: publishedAt }] },
      resourcePublicationsCount: { count: 1 },
      availablePublicationsCount: { count: 1 },
      unpublishedPublications: { nodes: [{ name: 'Point of Sale' }] },
    });
  });

  it('show a product from its date on', async () => {
    const { harness, id, till } = await prepared();
    const publishDate = '2026-10-01T00:01:00Z';
    await harness.data(publish, { id, input: [{ publicationId: till, publishDate }] });
    const waiting = {
      all: { nodes: [{ isPublished: false, publishDate }] },
      publishedOnPublication: false,
      resourcePublicationsV2: { nodes: [] },
    };
    expect(await state(harness, id, till)).toMatchObject({
      ...waiting,
      resourcePublicationsCount: { count: 1 },
      availablePublicationsCount: { count: 0 },
    });
    await harness.clock.advance(60_000);
    expect(await state(harness, id, till)).toMatchObject({ publishedOnPublication: true, publishedAt: null });
  });

  it('lose what is unpublished, also when it never was there', async () => {
    const { harness, id, online, till } = await prepared();
    await harness.data(publish, { id, input: [{ publicationId: online }, { publicationId: till }] });
    const input = [{ publicationId: online }];
    const expected = { publishableUnpublish: { publishable: { id, publishedAt: null }, userErrors: [] } };
    expect(await harness.data(unpublish, { id, input })).toMatchObject(expected);
    expect(await harness.data(unpublish, { id, input })).toMatchObject(expected);
    expect(await state(harness, id, till)).toMatchObject({
      publishedOnPublication: true,
      availablePublicationsCount: { count: 1 },
    });
  });

  it('stay through a later productSet', async () => {
    const { harness, id, online } = await prepared();
    await harness.data(publish, { id, input: [{ publicationId: online }] });
    await pushed(harness, { title: 'B' }, { id });
    expect(await state(harness, id, online)).toMatchObject({ publishedOnPublication: true });
  });

  it('that do not exist are refused, and the others are not touched', async () => {
    const { harness, id, online } = await prepared();
    const input = [{ publicationId: online }, { publicationId: 'gid://shopify/Publication/99' }, {}];
    const message = 'Publication does not exist or is not publishable';
    expect(await harness.data(publish, { id, input })).toEqual({
      publishablePublish: {
        publishable: expect.anything(),
        shop: { name: 'Demo' },
        userErrors: [
          { field: ['input', '1', 'publicationId'], message },
          { field: ['input', '2', 'publicationId'], message: 'PublicationId cannot be empty' },
        ],
      },
    });
    expect(await state(harness, id, online)).toMatchObject({ publishedOnPublication: false });
  });

  it('take products and collections only', async () => {
    const { harness, online } = await prepared();
    const input = [{ publicationId: online }];
    expect(await harness.data(publish, { id: 'gid://shopify/Product/999', input })).toMatchObject({
      publishablePublish: { publishable: null, userErrors: [{ field: ['id'], message: 'Resource does not exist' }] },
    });
    harness.store.put(shop, 'Article', { id: 'gid://shopify/Article/7' });
    const { errors } = await harness.run(publish, { id: 'gid://shopify/Article/7', input });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });
});
