// @ts-nocheck
import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredMetafield } from '../../../store/entities.ts';
import type { FieldPath } from '../../errors.ts';
import type { MetafieldOwner } from '../metafields/owners.ts';
import { type MetafieldProblem, metafieldFrom, upsertedMetafields } from '../metafields/values.ts';
import type { ProductSetContext } from './context.ts';

/** The metafields after the input, and no others. Those that exist, by id or by namespace and key, keep their gid. */
export function metafieldsFrom(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  field: FieldPath,
  context: ProductSetContext,
): readonly StoredMetafield[] {
  const seen = new Set<string>();
  return inputs.flatMap((input, index) => {
    const place = [...field, index];
    const metafield = metafieldFrom(input, owner, context);
    if ('part' in metafield) {
      reportMetafield(metafield, place, context);
      return [];
    }
    const name = `${metafield.namespace}.${metafield.key}`;
    if (seen.has(name)) context.report('INVALID_METAFIELD', place, `Metafield ${name} is given twice`);
    seen.add(name);
    return [metafield];
  });
}

/** The metafields after the input, beside those that it does not name. */
export function metafieldsWith(
  inputs: readonly MetafieldInput[],
  owner: MetafieldOwner,
  field: FieldPath,
  context: ProductSetContext,
): readonly StoredMetafield[] {
  return upsertedMetafields(inputs, owner, context, (index, problem) =>
    reportMetafield(problem, [...field, index], context),
  );
}

function reportMetafield(
  { part, code, message }: MetafieldProblem,
  place: FieldPath,
  context: ProductSetContext,
): void {
  context.report(code === 'TAKEN' ? 'CAPABILITY_VIOLATION' : 'INVALID_METAFIELD', [...place, part], message);
}
