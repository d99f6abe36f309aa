import type { ProductSetIdentifiers, ProductSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { requireGid } from '../../gid.ts';
import { productByHandle, productById, productsByMetafield } from '../find-entities.ts';
import { type CustomId, noDefinitionMessage, resolveCustomId, uniqueDefinition } from '../metafields/custom-id.ts';
import { resolveNamespace } from '../namespaces.ts';
import { handleFrom } from '../text.ts';
import type { ProductSetContext } from './user-errors.ts';

/** Which product is meant, and what the identifier itself says about it. */
export interface Target {
  /** `undefined` where the product is to be created. */
  readonly existing: ProductEntity | undefined;
  /** Handle that the identifier gives. */
  readonly handle?: string;
  /** Custom id that the product must have afterwards. */
  readonly customId?: CustomId;
}

/** Finds the product that is meant. An identifier that leads nowhere is reported, and there is no target. */
export function findTarget(
  identifier: ProductSetIdentifiers | null | undefined,
  input: ProductSetInput,
  context: ProductSetContext,
): Target | undefined {
  if (input.id != null && identifier) {
    context.report('ID_NOT_ALLOWED', ['input', 'id'], 'The id field is not allowed if identifier is provided.');
  }
  if (identifier?.customId) return byCustomId(resolveCustomId(identifier.customId), input, context);
  if (identifier?.handle !== undefined) return byHandle(identifier.handle, input, context);
  if (identifier?.id !== undefined) return byId(identifier.id, ['identifier', 'id'], context);
  return input.id == null ? { existing: undefined } : byId(input.id, ['input', 'id'], context);
}

function byId(id: string, field: readonly string[], context: ProductSetContext): Target | undefined {
  requireGid(id);
  const existing = productById(context, id);
  if (existing) return { existing };
  context.report('PRODUCT_DOES_NOT_EXIST', field, 'Product does not exist');
  return undefined;
}

function byHandle(given: string, input: ProductSetInput, context: ProductSetContext): Target | undefined {
  const handle = handleFrom(given);
  if (handle === '') context.report('INVALID_INPUT', ['identifier', 'handle'], "Handle can't be blank");
  if (input.handle != null && handleFrom(input.handle) !== handle) {
    context.report(
      'INPUT_MISMATCH',
      ['input', 'handle'],
      'The handle in the input does not match the one in the identifier.',
    );
  }
  return { existing: productByHandle(context, handle), handle };
}

function byCustomId(customId: CustomId, input: ProductSetInput, context: ProductSetContext): Target | undefined {
  if (!uniqueDefinition(customId, context)) {
    context.report('INVALID_METAFIELD', ['identifier', 'customId'], noDefinitionMessage);
    return undefined;
  }
  const says = input.metafields?.some(
    ({ namespace, key, value }) =>
      resolveNamespace(namespace) === customId.namespace && key === customId.key && value === customId.value,
  );
  if (says === false) {
    context.report(
      'METAFIELD_MISMATCH',
      ['input', 'metafields'],
      'The metafields do not hold the value of the custom id in the identifier.',
    );
  }
  return { existing: productsByMetafield(context, customId)[0], customId };
}
