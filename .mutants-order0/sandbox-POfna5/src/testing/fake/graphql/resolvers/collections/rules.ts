// @ts-nocheck
import { isRecord } from '../../../../../internal/json.ts';
import type {
  CollectionEntity,
  ProductEntity,
  StoredRule,
  StoredRuleSet,
  StoredVariant,
} from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated, type UserError, userError } from '../../errors.ts';
import { parseGid } from '../../gid.ts';
import { allCollections } from '../find-entities.ts';
import { availableOf } from '../inventory/levels.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

const ofText = ['CONTAINS', 'ENDS_WITH', 'EQUALS', 'NOT_CONTAINS', 'NOT_EQUALS', 'STARTS_WITH'];

const ofNumber = ['EQUALS', 'GREATER_THAN', 'LESS_THAN', 'NOT_EQUALS'];

/** What one column of a product holds, and how it can be compared. */
interface Column {
  readonly relations: readonly string[];
  /** Texts or numbers, of which one must fit. */
  readonly read: (product: ProductEntity, context: Reading) => readonly (string | number | null)[];
}

const ofVariants =
  (read: (variant: StoredVariant) => string | number | null): Column['read'] =>
  ({ variants }) =>
    variants.map(read);

const price = (amount: string | null): number | null => (amount === null ? null : Number(amount));

/** The weight of a variant, as a number of its own unit. */
function weightOf({ inventoryItem }: StoredVariant): number | null {
  const { measurement } = inventoryItem;
  const weight = isRecord(measurement) ? measurement['weight'] : undefined;
  return isRecord(weight) ? Number(weight['value']) : null;
}

const isReduced = ({ variants }: ProductEntity): boolean =>
  variants.some((variant) => Number(variant.compareAtPrice ?? 0) > Number(variant.price));

/** https://shopify.dev/docs/api/admin-graphql/latest/enums/CollectionRuleColumn */
const columns: Readonly<Record<string, Column>> = {
  TAG: { relations: ['EQUALS', 'NOT_EQUALS'], read: ({ tags }) => tags },
  TITLE: { relations: ofText, read: ({ title }) => [title] },
  TYPE: { relations: ofText, read: ({ productType }) => [productType] },
  VENDOR: { relations: ofText, read: ({ vendor }) => [vendor] },
  VARIANT_TITLE: { relations: ofText, read: ofVariants(({ title }) => title) },
  VARIANT_PRICE: { relations: ofNumber, read: ofVariants((variant) => price(variant.price)) },
  VARIANT_COMPARE_AT_PRICE: {
    relations: [...ofNumber, 'IS_SET', 'IS_NOT_SET'],
    read: ofVariants(({ compareAtPrice }) => price(compareAtPrice)),
  },
  VARIANT_WEIGHT: { relations: ofNumber, read: ofVariants(weightOf) },
  VARIANT_INVENTORY: {
    relations: ofNumber,
    read: ({ variants }, context) => variants.map(({ inventoryItem }) => availableOf(context, inventoryItem.id)),
  },
  IS_PRICE_REDUCED: {
    relations: ['IS_SET', 'IS_NOT_SET'],
    read: (product) => [isReduced(product) ? 'true' : null],
  },
  PRODUCT_CATEGORY_ID: {
    relations: ['EQUALS'],
    read: ({ category }) => (category ? [category.id, parseGid(category.id)?.key ?? null] : []),
  },
};

/** Whether a product belongs to a collection by its rules. */
export function fits(
  product: ProductEntity,
  { appliedDisjunctively, rules }: StoredRuleSet,
  context: Reading,
): boolean {
  const passes = (rule: StoredRule): boolean => {
    const values = columns[rule.column]?.read(product, context) ?? [];
    // Of several values, such as tags, one must be the wanted one, or none.
    if (rule.relation.startsWith('NOT_')) return !values.some((value) => compare(value, rule.relation.slice(4), rule));
    if (rule.relation === 'IS_NOT_SET') return values.every((value) => value === null);
    return values.some((value) => compare(value, rule.relation, rule));
  };
  return appliedDisjunctively ? rules.some(passes) : rules.every(passes);
}

function compare(value: string | number | null, relation: string, { condition }: StoredRule): boolean {
  if (relation === 'IS_SET') return value !== null;
  if (value === null) return false;
  if (typeof value === 'number') {
    const wanted = Number(condition);
    if (relation === 'GREATER_THAN') return value > wanted;
    return relation === 'LESS_THAN' ? value < wanted : value === wanted;
  }
  const [own, wanted] = [value.toLowerCase(), condition.toLowerCase()];
  switch (relation) {
    case 'CONTAINS':
      return own.includes(wanted);
    case 'STARTS_WITH':
      return own.startsWith(wanted);
    case 'ENDS_WITH':
      return own.endsWith(wanted);
    default:
      return own === wanted;
  }
}

/** The collections that a product is in by their rules. */
export function smartCollectionsOf(product: ProductEntity, context: Reading): readonly CollectionEntity[] {
  return allCollections(context).filter(({ ruleSet }) => ruleSet && fits(product, ruleSet, context));
}

/** `CollectionRuleSetInput`. */
export interface RuleSetInput {
  readonly appliedDisjunctively: boolean;
  readonly rules?: readonly (StoredRule & { readonly conditionObjectId?: string | null })[] | null;
}

/**
 * The rules that an input gives.
 *
 * @throws GraphQLError `NOT_SIMULATED` for rules about metafields and about categories with all below them.
 */
export function ruleSetFrom(input: RuleSetInput, userErrors: UserError[]): StoredRuleSet {
  const rules = (input.rules ?? []).map(({ column, relation, condition, conditionObjectId }, index): StoredRule => {
    const known = columns[column];
    if (!known) throw notSimulated(`CollectionRuleInput.column ${column}`);
    if (conditionObjectId != null) throw notSimulated('CollectionRuleInput.conditionObjectId');
    const field = ['ruleSet', 'rules', index];
    if (!known.relations.includes(relation))
      userErrors.push(
        userError([...field, 'relation'], `Relation is not valid for the column ${column.toLowerCase()}`),
      );
    const isFlag = relation === 'IS_SET' || relation === 'IS_NOT_SET';
    if (condition.trim() === '' && !isFlag)
      userErrors.push(userError([...field, 'condition'], "Condition can't be blank"));
    else if (known.relations.includes('GREATER_THAN') && !isFlag && Number.isNaN(Number(condition)))
      userErrors.push(userError([...field, 'condition'], 'Condition must be a number'));
    return { column, relation, condition };
  });
  if (rules.length === 0) userErrors.push(userError(['ruleSet', 'rules'], 'Rules cannot be an empty set'));
  return { appliedDisjunctively: input.appliedDisjunctively, rules };
}
