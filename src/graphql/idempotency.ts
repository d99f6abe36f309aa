import type { DirectiveNode, DocumentNode, FieldNode, OperationDefinitionNode, VariableDefinitionNode } from 'graphql';
import { argumentMutations, directiveMutations } from './keyed-mutations.ts';

const variableName = 'idempotencyKey';

/**
 * Gives each mutation field of an operation that takes an idempotency key, and has none, a variable for
 * it: `@idempotent(key: $idempotencyKey)`, or the argument where Shopify takes it so. One key per field.
 *
 * @param options.optional Whether the variable may be left out: then it is empty by default.
 * @returns The document itself where there was nothing to add.
 */
export function injectKeys(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { optional = false }: { readonly optional?: boolean } = {},
): DocumentNode {
  if (operation.operation !== 'mutation') return document;
  const taken = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const added: VariableDefinitionNode[] = [];
  const newVariable = (): string => {
    let name = variableName;
    for (let number = 2; taken.has(name); number += 1) name = `${variableName}${number}`;
    taken.add(name);
    added.push(keyDefinition(name, optional));
    return name;
  };

  const selections = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== 'Field') return selection;
    if (takesDirective(selection)) return withDirective(selection, newVariable());
    if (takesArgument(selection)) return withArgument(selection, newVariable());
    return selection;
  });
  if (added.length === 0) return document;

  const changed: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), ...added],
    selectionSet: { ...operation.selectionSet, selections },
  };
  return {
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? changed : definition)),
  };
}

function takesDirective(field: FieldNode): boolean {
  const has = field.directives?.some((directive) => directive.name.value === 'idempotent');
  return directiveMutations.has(field.name.value) && !has;
}

/** A key inside an input object is the caller's to give: the input is a variable as a rule, and required there. */
function takesArgument(field: FieldNode): boolean {
  const path = argumentMutations[field.name.value];
  return path !== undefined && !path.includes('.') && !field.arguments?.some(({ name }) => name.value === path);
}

// The parser's enum of kinds is a value of its own; these nodes only need its text.
const node = <T>(value: object): T => value as T;

const nameNode = (value: string): object => ({ kind: 'Name', value });

const variableNode = (name: string): object => ({ kind: 'Variable', name: nameNode(name) });

function withDirective(field: FieldNode, variable: string): FieldNode {
  const argument = { kind: 'Argument', name: nameNode('key'), value: variableNode(variable) };
  const directive = node<DirectiveNode>({ kind: 'Directive', name: nameNode('idempotent'), arguments: [argument] });
  return { ...field, directives: [...(field.directives ?? []), directive] };
}

function withArgument(field: FieldNode, variable: string): FieldNode {
  const name = nameNode(argumentMutations[field.name.value] ?? '');
  const argument = node<NonNullable<FieldNode['arguments']>[number]>({
    kind: 'Argument',
    name,
    value: variableNode(variable),
  });
  return { ...field, arguments: [...(field.arguments ?? []), argument] };
}

/** `$idempotencyKey: String!`, with `= ""` where it may be left out. */
function keyDefinition(name: string, optional: boolean): VariableDefinitionNode {
  const type = { kind: 'NonNullType', type: { kind: 'NamedType', name: nameNode('String') } };
  const defaultValue = optional ? { kind: 'StringValue', value: '' } : undefined;
  return node<VariableDefinitionNode>({
    kind: 'VariableDefinition',
    variable: variableNode(name),
    type,
    defaultValue,
    directives: [],
  });
}
