import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from '../fidelity/fresh-fake.ts';

const set = `mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }`;
const shirt = {
  title: 'Shirt',
  tags: ['a'],
  status: 'ACTIVE',
  files: [{ originalSource: 'https://example.com/a.png', alt: 'front' }],
  metafields: [{ namespace: 'made', key: 'note', type: 'single_line_text_field', value: 'x' }],
  productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
  variants: ['S', 'M'].map((name, index) => ({
    price: String(10 + index * 2.5),
    compareAtPrice: index === 0 ? '20' : null,
    sku: name,
    optionValues: [{ optionName: 'Size', name }],
  })),
};

async function shopWithShirt(options = {}) {
  const kit = freshFake(options);
  const { product } = await kit.payload(set, { input: shirt });
  return { ...kit, id: product.id as string };
}

describe('productDuplicate', () => {
  const duplicate = `mutation ($id: ID!, $title: String!, $images: Boolean, $status: ProductStatus) {
    productDuplicate(productId: $id, newTitle: $title, includeImages: $images, newStatus: $status) {
      newProduct { id title handle status tags options { name values } media(first: 5) { nodes { alt } }
        variants(first: 5) { nodes { id sku title price inventoryQuantity } } metafields(first: 5) { nodes { value } } }
      imageJob { id } shop { name } userErrors { field message } } }`;

  it('makes a copy, with its status and without images unless they are asked for', async () => {
    const { payload, id } = await shopWithShirt();
    const { newProduct, userErrors, imageJob } = await payload(duplicate, { id, title: 'Shirt' });
    expect(userErrors).toEqual([]);
    expect(imageJob).toBeNull();
    expect(newProduct).toMatchObject({
      title: 'Shirt',
      handle: 'shirt-1',
      status: 'ACTIVE',
      tags: ['a'],
      options: [{ name: 'Size', values: ['S', 'M'] }],
      media: { nodes: [] },
      variants: {
        nodes: [
          { sku: 'S', price: '10.00' },
          { sku: 'M', price: '12.50' },
        ],
      },
      metafields: { nodes: [{ value: 'x' }] },
    });
    const before = await payload(
      'query ($id: ID!) { product(id: $id) { handle status variants(first: 2) { nodes { id } } } }',
      { id },
    );
    expect(before).toMatchObject({ handle: 'shirt', status: 'ACTIVE' });
    expect(newProduct.variants.nodes[0].id).not.toBe(before.variants.nodes[0].id);
    const other = await payload(duplicate, { id, title: 'Other', images: true, status: 'ACTIVE' });
    expect(other.newProduct).toMatchObject({ status: 'ACTIVE', media: { nodes: [{ alt: 'front' }] } });
    expect(other.imageJob).not.toBeNull();
  });

  it.each([
    [{ id: nowhere('Product'), title: 'x' }, 'productId', 'Product does not exist'],
    [{ title: ' ' }, 'newTitle', "Title can't be blank"],
    [{ title: 'a'.repeat(256) }, 'newTitle', 'Title is too long (maximum is 255 characters)'],
  ])('refuses %o', async (variables, field, message) => {
    const { payload, id } = await shopWithShirt();
    expect(await payload(duplicate, { id, ...variables })).toMatchObject({
      newProduct: null,
      userErrors: [{ field: [field], message }],
    });
  });
});

describe('prices of a product', () => {
  it('are a range, as decimal numbers, and by the older field in hundredths', async () => {
    const { payload, id } = await shopWithShirt();
    const range = '{ minVariantPrice { amount currencyCode } maxVariantPrice { amount } }';
    expect(
      await payload(
        `query ($id: ID!) { product(id: $id) { priceRangeV2 ${range} priceRange ${range}
          compareAtPriceRange { minVariantCompareAtPrice { amount } maxVariantCompareAtPrice { amount } } } }`,
        { id },
      ),
    ).toEqual({
      priceRangeV2: { minVariantPrice: { amount: '10.0', currencyCode: 'USD' }, maxVariantPrice: { amount: '12.5' } },
      priceRange: { minVariantPrice: { amount: '1000.0', currencyCode: 'USD' }, maxVariantPrice: { amount: '1250.0' } },
      compareAtPriceRange: {
        minVariantCompareAtPrice: { amount: '20.0' },
        maxVariantCompareAtPrice: { amount: '20.0' },
      },
    });
  });
});

describe('publicationUpdate', () => {
  const update = `mutation ($id: ID!, $input: PublicationUpdateInput!) { publicationUpdate(id: $id, input: $input) {
    publication { id autoPublish } userErrors { code field message } } }`;
  const published =
    'query ($id: ID!) { product(id: $id) { publishedOnCurrentPublication resourcePublicationsCount { count } } }';

  it('publishes products and takes them back', async () => {
    const { payload, id } = await shopWithShirt({ shops: [{ publications: ['default', 'Point of Sale'] }] });
    const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
    const [{ id: publication }] = nodes;
    const input = { publishablesToAdd: [id], autoPublish: true };
    expect(await payload(update, { id: publication, input })).toEqual({
      publication: { id: publication, autoPublish: true },
      userErrors: [],
    });
    expect(await payload(published, { id })).toEqual({
      publishedOnCurrentPublication: true,
      resourcePublicationsCount: { count: 1 },
    });
    await payload(update, { id: publication, input: { publishablesToRemove: [id] } });
    expect(await payload(published, { id })).toEqual({
      publishedOnCurrentPublication: false,
      resourcePublicationsCount: { count: 0 },
    });
  });

  it.each([
    [nowhere('Publication'), [], 'PUBLICATION_NOT_FOUND', 'id', 'Publication was not found'],
    [null, [nowhere('Product')], 'INVALID_PUBLISHABLE_ID', 'input.publishablesToAdd.0', 'Publishable ID not found.'],
    [
      null,
      Array.from({ length: 51 }, (_, index) => `gid://shopify/Product/9${index}`),
      'PUBLICATION_UPDATE_LIMIT_EXCEEDED',
      'input.publishablesToAdd.51',
      'The limit for simultaneous publication updates has been exceeded.',
    ],
  ])('refuses %s %o', async (id, publishablesToAdd, code, field, message) => {
    const { payload } = freshFake();
    const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
    const { publication, userErrors } = await payload(update, { id: id ?? nodes[0].id, input: { publishablesToAdd } });
    expect(publication).toBeNull();
    expect(userErrors).toContainEqual({ code, field: field.split('.'), message });
  });
});

describe('a collection', () => {
  it('is published and taken back, and tells where', async () => {
    const { payload } = freshFake();
    const { collection } = await payload(
      'mutation { collectionCreate(input: { title: "All" }) { collection { id } } }',
    );
    const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
    const variables = { id: collection.id, publication: nodes[0].id };
    const change = (mutation: string) =>
      payload(
        `mutation ($id: ID!, $publication: ID!) { ${mutation}(id: $id, input: [{ publicationId: $publication }]) {
          publishable { ... on Collection { id publishedOnPublication(publicationId: $publication) publishedOnCurrentPublication
            resourcePublicationsV2(first: 5) { nodes { isPublished publication { id } } } } } userErrors { message } } }`,
        variables,
      );
    expect(await change('publishablePublish')).toEqual({
      publishable: {
        id: collection.id,
        publishedOnPublication: true,
        publishedOnCurrentPublication: false,
        resourcePublicationsV2: { nodes: [{ isPublished: true, publication: { id: nodes[0].id } }] },
      },
      userErrors: [],
    });
    expect((await change('publishableUnpublish')).publishable.publishedOnPublication).toBe(false);
  });
});

describe('what the fake never has', () => {
  it('is empty, and not unknown', async () => {
    const { payload, id } = await shopWithShirt();
    expect(
      await payload(
        `query ($id: ID!) { product(id: $id) { hasVariantsThatRequiresComponents sellingPlanGroupsCount { count } combinedListingRole
          translations(locale: "de") { key } variants(first: 1) { nodes { requiresComponents unitPriceMeasurement { measuredType } } } } }`,
        { id },
      ),
    ).toEqual({
      hasVariantsThatRequiresComponents: false,
      sellingPlanGroupsCount: { count: 0 },
      combinedListingRole: null,
      translations: [],
      variants: { nodes: [{ requiresComponents: false, unitPriceMeasurement: { measuredType: null } }] },
    });
    expect(await payload('{ shop { resourceLimits { maxProductVariants locationLimit } } }')).toEqual({
      resourceLimits: { maxProductVariants: 2048, locationLimit: 200 },
    });
  });
});
