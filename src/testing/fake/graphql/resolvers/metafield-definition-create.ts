import type {
  MetafieldDefinitionCreateUserErrorCode,
  MetafieldDefinitionInput,
} from '../../../../graphql/operations/generated/graphql.ts';
import type { MetafieldDefinitionEntity } from '../../store/entities.ts';
import { canBeUnique } from '../../store/lookup-keys.ts';
import type { ResolverContext } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { definitionByKey } from './find-entities.ts';
import { isMetafieldType } from './metafield-types.ts';
import { isReserved, resolveNamespace } from './namespaces.ts';

interface DefinitionProblem {
  readonly code: MetafieldDefinitionCreateUserErrorCode;
  readonly field: readonly string[];
  readonly message: string;
  readonly elementIndex: null;
  readonly elementKey: null;
}

const problem = (code: MetafieldDefinitionCreateUserErrorCode, field: string, message: string): DefinitionProblem => ({
  code,
  field: ['definition', field],
  message,
  elementIndex: null,
  elementKey: null,
});

/** `metafieldDefinitionCreate`. */
export function createDefinition(input: MetafieldDefinitionInput, context: ResolverContext): unknown {
  const { store, shop } = context;
  if (input.constraints) throw notSimulated('MetafieldDefinitionInput.constraints');
  const namespace = resolveNamespace(input.namespace);
  const userErrors = definitionProblems(input, namespace);
  if (definitionByKey(context, input.ownerType, namespace, input.key)) {
    userErrors.push(
      problem('TAKEN', 'key', `Key is in use for ${input.ownerType} metafields on the '${namespace}' namespace.`),
    );
  }
  if (userErrors.length > 0) return { createdDefinition: null, userErrors };

  const created: MetafieldDefinitionEntity = {
    id: store.nextId('MetafieldDefinition'),
    ownerType: input.ownerType,
    namespace,
    key: input.key,
    name: input.name,
    description: input.description ?? null,
    type: { name: input.type },
    uniqueValues: input.type === 'id' || input.capabilities?.uniqueValues?.enabled === true,
    pinnedPosition: null,
    useAsCollectionCondition: false,
    validationStatus: 'ALL_VALID',
  };
  store.put(shop, 'MetafieldDefinition', created);
  return { createdDefinition: created, userErrors: [] };
}

function definitionProblems(input: MetafieldDefinitionInput, namespace: string): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const check = (fails: boolean, ...args: Parameters<typeof problem>): void => {
    if (fails) problems.push(problem(...args));
  };
  const unique = input.capabilities?.uniqueValues?.enabled;
  check(input.name.trim() === '', 'BLANK', 'name', "Name can't be blank");
  check(input.key.length < 2, 'TOO_SHORT', 'key', 'Key is too short (minimum is 2 characters)');
  check(input.key.length > 64, 'TOO_LONG', 'key', 'Key is too long (maximum is 64 characters)');
  check(!/^[\w-]*$/.test(input.key), 'INVALID_CHARACTER', 'key', 'Key contains one or more invalid characters.');
  check(namespace.length < 3, 'TOO_SHORT', 'namespace', 'Namespace is too short (minimum is 3 characters)');
  check(namespace.length > 255, 'TOO_LONG', 'namespace', 'Namespace is too long (maximum is 255 characters)');
  check(
    !/^[\w-]*$/.test(namespace),
    'INVALID_CHARACTER',
    'namespace',
    'Namespace contains one or more invalid characters.',
  );
  check(isReserved(namespace), 'RESERVED_NAMESPACE_KEY', 'namespace', `Namespace ${namespace} is reserved.`);
  check(!isMetafieldType(input.type), 'INCLUSION', 'type', `Type name ${input.type} is not a valid type`);
  check(
    unique === true && !canBeUnique(input.type),
    'INVALID_CAPABILITY',
    'capabilities',
    `Type ${input.type} cannot have unique values.`,
  );
  check(
    unique === false && input.type === 'id',
    'CAPABILITY_REQUIRED_BUT_DISABLED',
    'capabilities',
    'Type id always has unique values.',
  );
  return problems;
}
