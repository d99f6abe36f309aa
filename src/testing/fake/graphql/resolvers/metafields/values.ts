import { createHash } from 'node:crypto';
import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMetafield } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { allCollections } from '../collections/find-collections.ts';
import { allProducts, definitionByKey, productsByMetafield } from '../find-entities.ts';
import { fitsMetafieldType, isMetafieldType, sizeProblem } from '../metafield-types.ts';
import { resolveNamespace } from '../namespaces.ts';
import type { MetafieldOwner } from './owners.ts';

/** What is wrong with one metafield, and in which part of its input. */
export interface MetafieldProblem {
  readonly part: 'id' | 'key' | 'type' | 'value';
  /** As in `MetafieldsSetUserErrorCode`. */
  readonly code: 'BLANK' | 'INVALID' | 'INVALID_TYPE' | 'INVALID_VALUE' | 'TOO_LONG' | 'TAKEN';
  readonly message: string;
}

type Building = ResolverContext & { readonly now: string };

/** The metafield that an input makes of what its owner has. One that exists, by id or by name, keeps its gid. */
export function metafieldFrom(
  input: MetafieldInput,
  owner: MetafieldOwner,
  context: Building,
): StoredMetafield | MetafieldProblem {
  const { store, now } = context;
  const namespace = resolveNamespace(input.namespace);
  const before = owner.metafields.find((metafield) =>
    input.id == null ? metafield.namespace === namespace && metafield.key === input.key : metafield.id === input.id,
  );
  if (input.id != null && !before) return { part: 'id', code: 'INVALID', message: 'Metafield does not exist' };
  const key = before?.key ?? input.key ?? '';
  if (key === '') return { part: 'key', code: 'BLANK', message: "Key can't be blank" };

  const definition = definitionByKey(context, owner.type, before?.namespace ?? namespace, key);
  const type = input.type ?? definition?.type.name ?? before?.type;
  const value = input.value ?? before?.value ?? '';
  const problem = typeProblem(type, definition?.type.name) ?? valueProblem(type ?? '', value);
  if (problem || type === undefined) return problem ?? blankType;

  const metafield = { namespace: before?.namespace ?? namespace, key, type, value };
  if (definition?.uniqueValues && isTaken(metafield, owner, context)) {
    const message = 'Value is in use by another product, and the definition keeps values unique.';
    return { part: 'value', code: 'TAKEN', message };
  }
  return {
    ...metafield,
    id: before?.id ?? store.nextId('Metafield'),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** The owner's metafields with those of the input: each replaces its like, or comes to the rest. */
export function upsertedMetafields(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  context: Building,
  report: (index: number, problem: MetafieldProblem) => void,
): readonly StoredMetafield[] {
  return inputs.reduce((metafields, input, index) => {
    const made = metafieldFrom(input, { ...owner, metafields }, context);
    if (!('part' in made)) return withMetafield(metafields, made);
    report(index, made);
    return metafields;
  }, owner.metafields);
}

/** The list with one metafield in the place of that with its gid, or at the end. */
export function withMetafield(
  metafields: readonly StoredMetafield[],
  metafield: StoredMetafield,
): readonly StoredMetafield[] {
  const isKnown = metafields.some(({ id }) => id === metafield.id);
  return isKnown
    ? metafields.map((known) => (known.id === metafield.id ? metafield : known))
    : [...metafields, metafield];
}

/** What `compareDigest` compares: the type and value of a metafield, made short. */
export function compareDigestOf({ type, value }: Pick<StoredMetafield, 'type' | 'value'>): string {
  return createHash('sha256').update(`${type}\n${value}`).digest('hex');
}

const blankType: MetafieldProblem = { part: 'type', code: 'BLANK', message: "Type can't be blank" };

function typeProblem(type: string | undefined, defined: string | undefined): MetafieldProblem | undefined {
  if (type === undefined) return blankType;
  if (!isMetafieldType(type))
    return { part: 'type', code: 'INVALID_TYPE', message: `Type ${type} is not a valid type` };
  if (defined === undefined || defined === type) return undefined;
  return { part: 'type', code: 'INVALID_TYPE', message: `Type must be ${defined}, as its definition says` };
}

function valueProblem(type: string, value: string): MetafieldProblem | undefined {
  if (value === '') return { part: 'value', code: 'BLANK', message: "Value can't be blank" };
  const tooLong = sizeProblem(type, value);
  if (tooLong !== undefined) return { part: 'value', code: 'TOO_LONG', message: tooLong };
  if (fitsMetafieldType(type, value)) return undefined;
  return { part: 'value', code: 'INVALID_VALUE', message: `Value does not fit the type ${type}` };
}

type Named = Pick<StoredMetafield, 'namespace' | 'key' | 'value'>;

function isTaken(metafield: Named, owner: MetafieldOwner, context: ResolverContext): boolean {
  if (owner.type === 'PRODUCT') return productsByMetafield(context, metafield).some(({ id }) => id !== owner.id);
  const others =
    owner.type === 'COLLECTION' ? allCollections(context) : allProducts(context).flatMap(({ variants }) => variants);
  return others.some(
    ({ id, metafields }) =>
      id !== owner.id &&
      metafields.some(
        ({ namespace, key, value }) =>
          namespace === metafield.namespace && key === metafield.key && value === metafield.value,
      ),
  );
}
