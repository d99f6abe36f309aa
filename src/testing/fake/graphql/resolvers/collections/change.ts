import type { CollectionEntity } from '../../../store/collection-entities.ts';
import { idOf } from '../../../webhooks/product-payload.ts';
import type { ResolverContext } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { productById } from '../find-entities.ts';
import { upsertedMetafields } from '../metafields/values.ts';
import { plainProblem, type UserProblem } from '../problems.ts';
import { freeHandle, handleFrom } from '../text.ts';
import { type CollectionArgs, type CollectionFields, collectionFields } from './collection-input.ts';
import { collectionByHandle, collectionById, membersOf } from './find-collections.ts';
import { changeMembers } from './members.ts';
import { collectionPayload } from './payload.ts';

const maxLength = 255;

/** `collectionCreate`. */
export function createCollection(args: CollectionArgs, context: ResolverContext): unknown {
  const fields = collectionFields(args);
  if (!fields) return refused([plainProblem(['collection'], 'Collection is required')]);
  const products = fields.products ?? [];
  const missing = products.flatMap((id, index) =>
    productById(context, id) ? [] : [plainProblem(['products', index], `Product ${id} does not exist`)],
  );
  const { collection, problems } = built(fields, undefined, context);
  if (problems.length + missing.length > 0) return refused([...problems, ...missing]);

  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/create', () => collectionPayload(collection));
  if (products.length > 0) changeMembers(collection.id, { join: products, leave: [] }, context);
  return { collection, userErrors: [] };
}

/** `collectionUpdate`. Which products it has is changed otherwise. */
export function updateCollection(args: CollectionArgs, context: ResolverContext): unknown {
  const fields = collectionFields(args);
  const before = fields?.id == null ? undefined : collectionById(context, fields.id);
  if (!fields || !before) return refused([plainProblem(['id'], 'Collection does not exist')]);
  if (fields.products) return refused([plainProblem(['products'], 'Products can only be given on create')]);
  const { collection, problems } = built(fields, before, context);
  if (problems.length > 0) return refused(problems);

  context.store.put(context.shop, 'Collection', collection);
  context.announce('collections/update', () => collectionPayload(collection));
  return { collection, job: null, userErrors: [] };
}

/** `collectionDelete`. Its products stay. */
export function deleteCollection(id: string, context: ResolverContext): unknown {
  requireGid(id);
  const { store, shop } = context;
  const members = membersOf(context, id);
  if (!store.delete(shop, 'Collection', id)) {
    return { deletedCollectionId: null, userErrors: [plainProblem(['id'], 'Collection does not exist')] };
  }
  for (const product of members) {
    const collectionIds = product.collectionIds.filter((collectionId) => collectionId !== id);
    store.put(shop, 'Product', { ...product, collectionIds });
  }
  context.announce('collections/delete', () => ({ id: idOf(id) }));
  return { deletedCollectionId: id, userErrors: [] };
}

const refused = (userErrors: readonly UserProblem[]): unknown => ({ collection: null, job: null, userErrors });

/** What the input says, else what stood there; `null` resets. */
const given = <T>(value: T | null | undefined, before: T | undefined, fresh: T): T =>
  value === undefined ? (before ?? fresh) : (value ?? fresh);

function built(
  fields: CollectionFields,
  before: CollectionEntity | undefined,
  context: ResolverContext,
): { readonly collection: CollectionEntity; readonly problems: readonly UserProblem[] } {
  const problems: UserProblem[] = [];
  const now = new Date(context.clock.now()).toISOString();
  const title = given(fields.title, before?.title, '').trim();
  if (title === '') problems.push(plainProblem(['title'], "Title can't be blank"));
  if (title.length > maxLength)
    problems.push(plainProblem(['title'], `Title is too long (maximum is ${maxLength} characters)`));

  const asked = handleFrom(fields.handle ?? '');
  const isTaken = (handle: string): boolean => {
    const owner = collectionByHandle(context, handle);
    return owner !== undefined && owner.id !== before?.id;
  };
  if (asked !== '' && isTaken(asked)) problems.push(plainProblem(['handle'], 'Handle has already been taken'));
  const handle = asked || (before?.handle ?? freeHandle(handleFrom(title), isTaken));

  const id = before?.id ?? context.store.nextId('Collection');
  const owner = { type: 'COLLECTION', id, metafields: before?.metafields ?? [] } as const;
  const metafields = upsertedMetafields(
    fields.metafields ?? [],
    owner,
    { ...context, now },
    (index, { part, message }) => problems.push(plainProblem(['metafields', index, part], message)),
  );
  const collection: CollectionEntity = {
    id,
    title,
    handle,
    descriptionHtml: given(fields.descriptionHtml, before?.descriptionHtml, ''),
    sortOrder: given(fields.sortOrder, before?.sortOrder, 'BEST_SELLING'),
    templateSuffix: given(fields.templateSuffix, before?.templateSuffix, null),
    seo: {
      title: given(fields.seo?.title, before?.seo.title, null),
      description: given(fields.seo?.description, before?.seo.description, null),
    },
    image: null,
    metafields,
    updatedAt: now,
  };
  return { collection, problems };
}
