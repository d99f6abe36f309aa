// @ts-nocheck
import { GraphQLError } from 'graphql';
import type { ProductEntity } from '../../store/entities.ts';
import type { CustomerEntity, OrderEntity } from '../../store/order-entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated, userError } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { productById } from './find-entities.ts';
import { normalTags, productTagProblems, tagProblems } from './input-values.ts';
import { customerById, orderById, saveCustomer, saveOrder } from './orders/save-order.ts';
import { saveProduct } from './products/save-product.ts';

/** Arguments of `tagsAdd` and `tagsRemove`. */
interface TagsArgs {
  readonly id: string;
  readonly tags: readonly string[];
}

/** Tags of whatever has some. */
export const tagResolvers: ResolverMap = {
  Mutation: {
    tagsAdd: resolver<unknown, TagsArgs>((_source, { id, tags }, context) =>
      changeTags(id, (before) => [...before, ...tags], context),
    ),
    tagsRemove: resolver<unknown, TagsArgs>((_source, { id, tags }, context) => {
      // Of orders a tag goes only as it is written. Recorded 2026-04; of customers whatever the case.
      const fold = (tag: string): string => (parseGid(id)?.kind === 'Order' ? tag : tag.toLowerCase());
      const gone = new Set(normalTags(tags, () => undefined).map(fold));
      return changeTags(id, (before) => before.filter((tag) => !gone.has(fold(tag))), context);
    }),
  },
};

type Tagged = ProductEntity | OrderEntity | CustomerEntity;

/** How one kind of thing is found, and kept with other tags. */
interface Taggable {
  readonly find: (context: ResolverContext, id: string) => Tagged | undefined;
  readonly save: (context: ResolverContext, after: Tagged, before: Tagged) => void;
}

const taggable: Readonly<Record<string, Taggable>> = {
  Product: {
    find: productById,
    save: (context, after, before) => saveProduct(context, after as ProductEntity, before as ProductEntity),
  },
  Order: { find: orderById, save: (context, after) => saveOrder(context, after as OrderEntity, 'orders/updated') },
  Customer: {
    find: customerById,
    save: (context, after, before) => {
      saveCustomer(context, after as CustomerEntity, before as CustomerEntity);
      for (const [topic, tags] of [
        ['customer.tags_added', after.tags.filter((tag) => !before.tags.includes(tag))],
        ['customer.tags_removed', before.tags.filter((tag) => !after.tags.includes(tag))],
      ] as const) {
        const occurredAt = isoNow(context.clock);
        if (tags.length > 0) context.announce(topic, () => ({ customerId: after.id, tags, occurredAt }));
      }
    },
  },
};

/** Kinds that have tags in Shopify, and are not simulated. */
const otherKinds = new Set(['Article', 'DiscountAutomaticNode', 'DiscountCodeNode', 'DraftOrder']);

function changeTags(
  id: string,
  change: (before: readonly string[]) => readonly string[],
  context: ResolverContext,
): unknown {
  const { kind } = requireGid(id);
  if (otherKinds.has(kind)) throw notSimulated(`tags of a ${kind}`);
  const how = Object.hasOwn(taggable, kind) ? taggable[kind] : undefined;
  if (!how) throw new GraphQLError('invalid id', { extensions: { code: 'RESOURCE_NOT_FOUND' } });
  const before = how.find(context, id);
  if (!before) return { node: null, userErrors: [userError(['id'], `${kind} does not exist`)] };
  const problems: string[] = [];
  const tags = normalTags(change(before.tags), (problem) =>
    problems.push((kind === 'Product' ? productTagProblems : tagProblems)[problem]),
  );
  if (problems.length > 0) return { node: null, userErrors: problems.map((message) => userError(['tags'], message)) };
  const node = { ...before, tags, updatedAt: isoNow(context.clock) };
  if (JSON.stringify(tags) !== JSON.stringify(before.tags)) how.save(context, node, before);
  return { node, userErrors: [] };
}
