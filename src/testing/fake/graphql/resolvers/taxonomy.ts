import { GraphQLError } from 'graphql';
import type { ProductEntity } from '../../store/entities.ts';
import { type ResolverMap, resolver } from '../context.ts';
import { badRequest } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';

/** A category as the schema has it. */
interface TaxonomyCategory {
  readonly id: string;
  readonly name: string;
  readonly fullName: string;
  /** 1 for the top. */
  readonly level: number;
  readonly isRoot: boolean;
  readonly isLeaf: boolean;
  readonly isArchived: false;
  readonly parentId: string | null;
  readonly childrenIds: readonly string[];
  /** From the parent up. */
  readonly ancestorIds: readonly string[];
}

interface CategoriesArgs extends ConnectionArgs {
  readonly search?: string | null;
  readonly childrenOf?: string | null;
  readonly descendantsOf?: string | null;
  readonly siblingsOf?: string | null;
}

const gidOf = (key: string): string => `gid://shopify/TaxonomyCategory/${key}`;

const parentOf = (key: string): string | undefined => (key.includes('-') ? key.replace(/-\d+$/, '') : undefined);

const ancestorsOf = (key: string): readonly string[] => {
  const parent = parentOf(key);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
};

/**
 * Ids at the top of Shopify's taxonomy. Every category id starts with one of them.
 * https://shopify.github.io/product-taxonomy/releases/latest/
 */
const verticals = 'aa ae ap bi bt bu co el fb fr gc ha hb hg lb ma me na os pa rc se sg so tg vp'.split(' ');

/**
 * Refuses a gid that is not a category. Categories below the part that the fake knows count as existing.
 *
 * @throws GraphQLError `INVALID_PRODUCT_TAXONOMY_NODE_ID`. Recorded 2025-10, of an unknown id.
 */
export function requireCategory(id: string): void {
  const [vertical = '', ...numbers] = (parseGid(id)?.key ?? '').split('-');
  if (verticals.includes(vertical) && numbers.every((number) => /^\d{1,4}$/.test(number))) return;
  throw new GraphQLError('Invalid product_taxonomy_node_id', {
    extensions: { code: 'INVALID_PRODUCT_TAXONOMY_NODE_ID' },
  });
}

/** The category with that gid, if it is in the fake's part of the taxonomy. */
export function taxonomyCategory(id: string): TaxonomyCategory | undefined {
  const key = parseGid(id)?.key ?? '';
  const name = Object.hasOwn(categoryNames, key) ? categoryNames[key] : undefined;
  if (name === undefined || gidOf(key) !== id) return undefined;
  const ancestors = ancestorsOf(key);
  const children = Object.keys(categoryNames).filter((other) => parentOf(other) === key);
  return {
    id,
    name,
    fullName: [...ancestors.toReversed(), key].map((part) => categoryNames[part]).join(' > '),
    level: ancestors.length + 1,
    isRoot: ancestors.length === 0,
    isLeaf: children.length === 0,
    isArchived: false,
    parentId: ancestors[0] === undefined ? null : gidOf(ancestors[0]),
    childrenIds: children.map(gidOf),
    ancestorIds: ancestors.map(gidOf),
  };
}

/** The keys that the arguments choose; without any, those of the top. */
function chosenKeys({ search, childrenOf, descendantsOf, siblingsOf }: CategoriesArgs): readonly string[] {
  const given = [search, childrenOf, descendantsOf, siblingsOf].filter((value) => value != null);
  if (given.length > 1) throw badRequest('Only one of search, childrenOf, siblingsOf and descendantsOf can be given.');
  const keys = Object.keys(categoryNames);
  if (search != null)
    return keys.filter((key) => taxonomyCategory(gidOf(key))?.fullName.toLowerCase().includes(search.toLowerCase()));
  if (childrenOf != null) return keys.filter((key) => parentOf(key) === requireGid(childrenOf).key);
  if (descendantsOf != null) return keys.filter((key) => ancestorsOf(key).includes(requireGid(descendantsOf).key));
  if (siblingsOf == null) return keys.filter((key) => parentOf(key) === undefined);
  const own = requireGid(siblingsOf).key;
  return keys.filter((key) => key !== own && Object.hasOwn(categoryNames, own) && parentOf(key) === parentOf(own));
}

/** Resolvers of the taxonomy of products. */
export const taxonomyResolvers: ResolverMap = {
  QueryRoot: { taxonomy: () => ({}) },
  Taxonomy: {
    categories: resolver<unknown, CategoriesArgs>((_source, args) => {
      const categories = chosenKeys(args).flatMap((key) => taxonomyCategory(gidOf(key)) ?? []);
      return connection(categories, args);
    }),
  },
  Product: {
    // One that is not in this part of the taxonomy has a gid and nothing else.
    category: resolver<ProductEntity>(({ category }) => category && (taxonomyCategory(category.id) ?? category)),
  },
};

/**
 * A small part of a product taxonomy, in the manner of Shopify's: short id → name. What stands before the last
 * hyphen is the id of the parent.
 */
const categoryNames: Readonly<Record<string, string>> = {
  aa: 'Apparel & Accessories',
  'aa-1': 'Clothing',
  'aa-1-1': 'Activewear',
  'aa-1-2': 'Tops',
  'aa-1-2-1': 'T-Shirts',
  'aa-1-2-2': 'Shirts',
  'aa-1-2-3': 'Sweaters',
  'aa-1-3': 'Trousers',
  'aa-1-4': 'Dresses',
  'aa-2': 'Shoes',
  'aa-2-1': 'Boots',
  'aa-2-2': 'Sneakers',
  'aa-3': 'Jewelry',
  'aa-3-1': 'Earrings',
  'aa-3-2': 'Rings',
  ap: 'Animals & Pet Supplies',
  'ap-1': 'Pet Supplies',
  'ap-1-1': 'Cat Supplies',
  'ap-1-2': 'Dog Supplies',
  'ap-1-2-1': 'Dog Beds',
  fb: 'Food, Beverages & Tobacco',
  'fb-1': 'Beverages',
  'fb-1-1': 'Coffee',
  'fb-1-2': 'Tea',
  'fb-2': 'Food Items',
  'fb-2-1': 'Chocolate',
  hg: 'Home & Garden',
  'hg-1': 'Kitchen & Dining',
  'hg-1-1': 'Mugs',
  'hg-1-2': 'Plates',
  'hg-2': 'Lighting',
  sg: 'Sporting Goods',
  'sg-1': 'Outdoor Recreation',
  'sg-1-1': 'Camping & Hiking',
  'sg-1-1-1': 'Tents',
};
