import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { productById } from './find-entities.ts';
import { plainProblem } from './problems.ts';
import { saveProduct } from './products/save-product.ts';
import { normalTags } from './text.ts';

interface TagsArgs {
  readonly id: string;
  readonly tags: readonly string[];
}

/** Kinds that have tags in Shopify, and are not simulated. */
const taggable = new Set(['Article', 'Customer', 'DiscountAutomaticNode', 'DiscountCodeNode', 'DraftOrder', 'Order']);

/** `tagsAdd` and `tagsRemove`. */
export const tagResolvers: ResolverMap = {
  Mutation: {
    tagsAdd: resolver<unknown, TagsArgs>((_source, { id, tags }, context) =>
      changeTags(id, (before) => [...before, ...tags], context),
    ),
    tagsRemove: resolver<unknown, TagsArgs>((_source, { id, tags }, context) => {
      const gone = new Set(normalTags(tags, () => undefined).map((tag) => tag.toLowerCase()));
      return changeTags(id, (before) => before.filter((tag) => !gone.has(tag.toLowerCase())), context);
    }),
  },
};

function changeTags(
  id: string,
  change: (before: readonly string[]) => readonly string[],
  context: ResolverContext,
): unknown {
  const { kind } = requireGid(id);
  if (taggable.has(kind)) throw notSimulated(`tags of a ${kind}`);
  const product = productById(context, id);
  if (!product) return { node: null, userErrors: [plainProblem(['id'], `${kind} does not exist`)] };
  const problems: string[] = [];
  const tags = normalTags(change(product.tags), (message) => problems.push(message));
  if (problems.length > 0)
    return { node: null, userErrors: problems.map((message) => plainProblem(['tags'], message)) };
  const node = { ...product, tags, updatedAt: new Date(context.clock.now()).toISOString() };
  if (JSON.stringify(tags) !== JSON.stringify(product.tags)) saveProduct(context, node, product);
  return { node, userErrors: [] };
}
