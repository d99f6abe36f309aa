import { ownerOf } from '../graphql/resolvers/find-entities.ts';
import type { ProductEntity, StoredVariant } from '../store/entities.ts';
import { refusedVariant } from './body-checks.ts';
import { withFields } from './fields.ts';
import { readListing } from './listing.ts';
import { numberOf, pageReply } from './page.ts';
import { changeProduct, withProduct } from './products.ts';
import { ok, type RestReply, refusals } from './replies.ts';
import type { Json, RestEndpoint, RestRequest } from './types.ts';
import { userErrorReply } from './user-errors.ts';
import { variantView } from './views.ts';

/**
 * Variants.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/product-variant
 */
export const variantEndpoints: readonly RestEndpoint[] = [
  {
    method: 'GET',
    path: 'products/{id}/variants.json',
    scope: 'read_products',
    answer: (request) => withProduct(request, (product) => list(product, request)),
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
    answer: (request) => withVariant(request, (product, variant) => update(product, variant, request)),
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

function list(product: ProductEntity, request: RestRequest): RestReply {
  const read = readListing(request.query, { filters: ['since_id'], notSimulated: ['presentment_currencies'] });
  if (!read.ok) return read.reply;
  return pageReply(product.variants, read.listing, request, {
    name: 'variants',
    number: ({ id }) => numberOf(id),
    view: (variant) => variantView(product, variant, request.unit),
  });
}

/** One variant changes; the others are named, so that they stay. */
function update(before: ProductEntity, { id }: StoredVariant, { body, unit }: RestRequest): RestReply {
  const given = body.variant as Json;
  const refused = refusedVariant(given);
  if (refused) return refused;
  const variants = before.variants.map((variant) => ({ ...(variant.id === id && given), gid: variant.id }));
  const { product, userErrors } = changeProduct(before, { variants }, unit);
  const variant = product?.variants.find((candidate) => candidate.id === id);
  return product && variant ? ok({ variant: variantView(product, variant, unit) }) : userErrorReply(userErrors);
}
