// @ts-nocheck
import type { ResolverContext } from '../graphql/context.ts';
import {
  allProducts,
  allPublications,
  ownerOf,
  productByHandle,
  productById,
} from '../graphql/resolvers/find-entities.ts';
import { freeHandle, handleFrom } from '../graphql/resolvers/input-values.ts';
import { buildOn, savedProduct, setProduct } from '../graphql/resolvers/product-set/build.ts';
import { deleteProduct } from '../graphql/resolvers/products/save-product.ts';
import type { ProductEntity, StoredVariant } from '../store/entities.ts';
import { productInput, refusedProduct, refusedVariant } from './input.ts';
import { filteredProducts, numberOf, pageReply, productParameters, readListing, sinceId } from './listing.ts';
import {
  type Json,
  ok,
  type RestEndpoint,
  type RestReply,
  type RestRequest,
  refusals,
  userErrorReply,
  withFields,
} from './replies.ts';
import { productView, variantView } from './views.ts';

/**
 * Products.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/product
 */
export const productEndpoints: readonly RestEndpoint[] = [
  { method: 'GET', path: 'products.json', scope: 'read_products', answer: list },
  { method: 'GET', path: 'products/count.json', scope: 'read_products', answer: count },
  { method: 'POST', path: 'products.json', scope: 'write_products', subject: 'product', answer: create },
  {
    method: 'GET',
    path: 'products/{id}.json',
    scope: 'read_products',
    answer: (request) =>
      withProduct(request, (product) => {
        return ok({ product: withFields(productView(product, request.unit), request.query.get('fields')) });
      }),
  },
  {
    method: 'PUT',
    path: 'products/{id}.json',
    scope: 'write_products',
    subject: 'product',
    answer: (request) =>
      withProduct(request, (product) => updateProduct(product, request.body.product as Json, request.unit)),
  },
  {
    method: 'DELETE',
    path: 'products/{id}.json',
    scope: 'write_products',
    answer: (request) =>
      withProduct(request, (product) => {
        deleteProduct(request.unit, product);
        return ok({});
      }),
  },
];

/** Answers for the product in the path. */
function withProduct({ ids: [id], unit }: RestRequest, answer: (product: ProductEntity) => RestReply): RestReply {
  const product = productById(unit, `gid://shopify/Product/${id}`);
  return product ? answer(product) : refusals.notFound;
}

function list(request: RestRequest): RestReply {
  const { query, unit } = request;
  const read = readListing(query, productParameters);
  if (!read.ok) return read.reply;
  const products = filteredProducts(allProducts(unit), read.listing.filters);
  return pageReply(products, read.listing, request, {
    name: 'products',
    number: ({ id }) => numberOf(id),
    view: (product) => productView(product, unit),
  });
}

function count({ query, unit }: RestRequest): RestReply {
  const read = readListing(query, productParameters);
  if (!read.ok) return read.reply;
  const { filters } = read.listing;
  const products = filteredProducts(allProducts(unit), filters);
  return ok({ count: products.filter(({ id }) => sinceId(numberOf(id), filters)).length });
}

/** A handle that is taken makes room on creation. The product is published on the first channel, unless it says no. */
function create({ body, unit }: RestRequest): RestReply {
  const given = body.product as Json;
  const refused = refusedProduct(given);
  if (refused) return refused;
  const input = productInput(given, undefined);
  const wanted = handleFrom(input.handle ?? '');
  const handle =
    wanted === '' ? null : freeHandle(wanted, (candidate) => productByHandle(unit, candidate) !== undefined);
  const { product, userErrors } = savedProduct(unit, (building) => {
    const built = buildOn({ existing: undefined }, { ...input, handle }, building);
    return built && { ...built, published: given.published === false ? [] : publishedNow(unit, building.now) };
  });
  return product ? { ...ok({ product: productView(product, unit) }), status: 201 } : userErrorReply(userErrors);
}

/** Changes a product. */
function changeProduct(product: ProductEntity, body: Json, unit: ResolverContext) {
  return setProduct({ identifier: { id: product.id }, input: productInput(body, product) }, unit);
}

function updateProduct(before: ProductEntity, body: Json, unit: ResolverContext): RestReply {
  const refused = refusedProduct(body);
  if (refused) return refused;
  const { product, userErrors } = changeProduct(before, body, unit);
  return product && userErrors.length === 0 ? ok({ product: productView(product, unit) }) : userErrorReply(userErrors);
}

function publishedNow(unit: ResolverContext, publishDate: string): ProductEntity['published'] {
  const [channel] = allPublications(unit);
  return channel ? [{ publicationId: channel.id, publishDate }] : [];
}

/**
 * Variants.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/product-variant
 */
export const variantEndpoints: readonly RestEndpoint[] = [
  {
    method: 'GET',
    path: 'products/{id}/variants.json',
    scope: 'read_products',
    answer: (request) => withProduct(request, (product) => listVariants(product, request)),
  },
  {
    method: 'GET',
    path: 'variants/{id}.json',
    scope: 'read_products',
    answer: (request) =>
      withVariant(request, (product, variant) => {
        return ok({ variant: withFields(variantView(product, variant, request.unit), request.query.get('fields')) });
      }),
  },
  {
    method: 'PUT',
    path: 'variants/{id}.json',
    scope: 'write_products',
    subject: 'variant',
    answer: (request) => withVariant(request, (product, variant) => updateVariant(product, variant, request)),
  },
];

function withVariant(
  { ids: [id], unit }: RestRequest,
  answer: (product: ProductEntity, variant: StoredVariant) => RestReply,
): RestReply {
  const gid = `gid://shopify/ProductVariant/${id}`;
  const product = ownerOf(unit, gid);
  const variant = product?.variants.find((candidate) => candidate.id === gid);
  return product && variant ? answer(product, variant) : refusals.notFound;
}

function listVariants(product: ProductEntity, request: RestRequest): RestReply {
  const read = readListing(request.query, { filters: ['since_id'], notSimulated: ['presentment_currencies'] });
  if (!read.ok) return read.reply;
  return pageReply(product.variants, read.listing, request, {
    name: 'variants',
    number: ({ id }) => numberOf(id),
    view: (variant) => variantView(product, variant, request.unit),
  });
}

/** One variant changes; the others are named, so that they stay. */
function updateVariant(before: ProductEntity, { id }: StoredVariant, { body, unit }: RestRequest): RestReply {
  const given = body.variant as Json;
  const refused = refusedVariant(given);
  if (refused) return refused;
  const variants = before.variants.map((variant) => ({ ...(variant.id === id && given), gid: variant.id }));
  const { product, userErrors } = changeProduct(before, { variants }, unit);
  const variant = product?.variants.find((candidate) => candidate.id === id);
  return product && variant ? ok({ variant: variantView(product, variant, unit) }) : userErrorReply(userErrors);
}
