import type { MetafieldInput } from '../../../../../admin/operations/generated/graphql.ts';
import type { StoredMetafield } from '../../../store/entities.ts';
import { definitionByKey, productsByMetafield } from '../find-entities.ts';
import { fitsMetafieldType, isMetafieldType } from '../metafield-types.ts';
import { resolveNamespace } from '../namespaces.ts';
import type { ProductSetContext } from './user-errors.ts';

/** What the metafields belong to. */
interface Owner {
  readonly type: 'PRODUCT' | 'PRODUCTVARIANT';
  /** `undefined` for what is new. */
  readonly id: string | undefined;
  readonly metafields: readonly StoredMetafield[];
}

/** The metafields after the input. Those that exist, by id or by namespace and key, keep their gid. */
export function metafieldsFrom(
  inputs: readonly MetafieldInput[],
  owner: Owner,
  field: readonly (string | number)[],
  context: ProductSetContext,
): readonly StoredMetafield[] {
  const seen = new Set<string>();
  return inputs.flatMap((input, index) => {
    const place = [...field, index];
    const metafield = metafieldFrom(input, owner, place, context);
    if (!metafield) return [];
    const name = `${metafield.namespace}.${metafield.key}`;
    if (seen.has(name)) context.report('INVALID_METAFIELD', place, `Metafield ${name} is given twice`);
    seen.add(name);
    return [metafield];
  });
}

function metafieldFrom(
  input: MetafieldInput,
  owner: Owner,
  field: readonly (string | number)[],
  context: ProductSetContext,
): StoredMetafield | undefined {
  const { store, report, now } = context;
  const namespace = resolveNamespace(input.namespace);
  const before = owner.metafields.find((metafield) =>
    input.id == null ? metafield.namespace === namespace && metafield.key === input.key : metafield.id === input.id,
  );
  const refuse = (part: string, message: string): undefined => {
    report('INVALID_METAFIELD', [...field, part], message);
    return undefined;
  };
  if (input.id != null && !before) return refuse('id', 'Metafield does not exist');
  const key = before?.key ?? input.key ?? '';
  if (key === '') return refuse('key', "Key can't be blank");

  const definition = definitionByKey(context, owner.type, before?.namespace ?? namespace, key);
  const type = input.type ?? definition?.type.name ?? before?.type;
  const value = input.value ?? before?.value ?? '';
  if (type === undefined) return refuse('type', "Type can't be blank");
  if (!isMetafieldType(type)) return refuse('type', `Type ${type} is not a valid type`);
  if (definition && definition.type.name !== type)
    return refuse('type', `Type must be ${definition.type.name}, as its definition says`);
  if (value === '') return refuse('value', "Value can't be blank");
  if (!fitsMetafieldType(type, value)) return refuse('value', `Value does not fit the type ${type}`);

  const metafield = { namespace: before?.namespace ?? namespace, key, type, value };
  if (definition?.uniqueValues && owner.type === 'PRODUCT') {
    const isTaken = productsByMetafield(context, metafield).some(({ id }) => id !== owner.id);
    if (isTaken)
      report(
        'CAPABILITY_VIOLATION',
        [...field, 'value'],
        'Value is in use by another product, and the definition keeps values unique.',
      );
  }
  return {
    ...metafield,
    id: before?.id ?? store.nextId('Metafield'),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}
