// @ts-nocheck
import type { ProductEntity, StoredLink, StoredMetafield, StoredOptionValue } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import type { FieldPath, ReportUserError } from '../../errors.ts';
import { definitionByKey } from '../find-entities.ts';
import { resolveNamespace } from '../metafields/values.ts';
import { displayName, metaobjectById } from '../metaobjects/metaobjects.ts';

/** What a linked option is built with. */
interface Building extends ResolverContext {
  readonly report: ReportUserError<
    'LINKED_METAFIELD_DEFINITION_NOT_FOUND' | 'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION'
  >;
}

const referenceList = 'list.metaobject_reference';

/** The metafield that an option is linked to; reports one that has no definition of a list of metaobjects. */
export function linkFrom(
  input: { readonly namespace: string; readonly key: string },
  field: FieldPath,
  context: Building,
): StoredLink | undefined {
  const link = { namespace: resolveNamespace(input.namespace), key: input.key };
  if (definitionByKey(context, 'PRODUCT', link.namespace, link.key)?.type.name === referenceList) return link;
  const message = 'No valid metafield definition found for linked option.';
  context.report('LINKED_METAFIELD_DEFINITION_NOT_FOUND', [...field, 'linkedMetafield'], message);
  return undefined;
}

/** Whether two links lead to one metafield. */
export const sameLink = (a: StoredLink | undefined, b: StoredLink | undefined): boolean =>
  a !== undefined && a.namespace === b?.namespace && a.key === b.key;

/** The value that a metaobject is in a linked option: one that is known, else a new one; reports what it cannot be. */
export function linkedValue(
  metaobjectId: string,
  link: StoredLink,
  known: readonly StoredOptionValue[],
  field: FieldPath,
  context: Building,
): StoredOptionValue {
  const before = known.find((value) => value.linkedMetafieldValue === metaobjectId);
  if (before) return before;
  const metaobject = metaobjectById(context, metaobjectId);
  const definition = definitionByKey(context, 'PRODUCT', link.namespace, link.key);
  const wanted = definition?.validations?.find(({ name }) => name === 'metaobject_definition_id')?.value;
  const own = wanted === undefined ? undefined : context.store.get(context.shop, 'MetaobjectDefinition', wanted);
  if (!metaobject || (wanted !== undefined && own?.['type'] !== metaobject.type)) {
    const message = `Invalid metafield value for linked option: '${metaobjectId}'`;
    context.report('INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION', field, message);
  }
  const name = metaobject ? displayName(metaobject, context) : metaobjectId;
  return { id: context.store.nextId('ProductOptionValue'), name, linkedMetafieldValue: metaobjectId };
}

/** The product with the metafields of its linked options: they list the options' values. */
export function withLinkedMetafields(
  product: ProductEntity,
  { store }: Pick<ResolverContext, 'store'>,
  known: readonly StoredMetafield[] = product.metafields,
): ProductEntity {
  let { metafields } = product;
  for (const { linkedMetafield: link, optionValues } of product.options) {
    if (!link) continue;
    const isIt = ({ namespace, key }: StoredMetafield): boolean => namespace === link.namespace && key === link.key;
    const value = JSON.stringify(optionValues.map(({ linkedMetafieldValue }) => linkedMetafieldValue));
    const before = known.find(isIt);
    const { updatedAt } = product;
    const metafield: StoredMetafield =
      before?.value === value
        ? before
        : {
            id: before?.id ?? store.nextId('Metafield'),
            ...link,
            type: referenceList,
            value,
            createdAt: before?.createdAt ?? updatedAt,
            updatedAt,
          };
    metafields = metafields.some(isIt)
      ? metafields.map((own) => (isIt(own) ? metafield : own))
      : [...metafields, metafield];
  }
  return metafields === product.metafields ? product : { ...product, metafields };
}
