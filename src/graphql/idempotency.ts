import { createHash, randomUUID } from 'node:crypto';
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

/** The variable that holds the key of one mutation field. */
export interface KeySlot {
  /** Key of the field in the response's data. */
  readonly responseKey: string;
  readonly variable: string;
}

/** The variable of a mutation field's key, where the document passes it as a variable. */
export function keyVariable(field: FieldNode): string | undefined {
  const directive = field.directives?.find(({ name }) => name.value === 'idempotent');
  const path = argumentMutations[field.name.value];
  const argument =
    directive?.arguments?.find(({ name }) => name.value === 'key') ??
    field.arguments?.find(({ name }) => name.value === path);
  return argument?.value.kind === 'Variable' ? argument.value.name.value : undefined;
}

/**
 * The keys of one call: the same in each attempt, until Shopify says that an attempt with a key has failed
 * for good. Then the next one follows from the first by calculation, so that a job that is run again with
 * its key comes by the same keys again, and finds what was done with them.
 */
export interface CallKeys {
  /** Variables for the next attempt: the caller's, with our keys where the caller gave none. */
  variables(): Readonly<Record<string, unknown>>;
  /** The key to name in an error. */
  readonly first: string | undefined;
  /** Whether the key of that field is ours, so that a new one can take its place. */
  renew(responseKey: string): boolean;
}

export function createCallKeys(
  slots: readonly KeySlot[],
  given: Readonly<Record<string, unknown>>,
  idempotencyKey: string | undefined,
): CallKeys {
  if (slots.length === 0) return { first: undefined, variables: () => given, renew: () => false };
  const ours = slots.filter(({ variable }) => given[variable] === undefined || given[variable] === '');
  const base = idempotencyKey ?? (ours.length > 0 ? randomUUID() : undefined);
  const rounds = new Map<string, number>();

  const keyOf = ({ responseKey }: KeySlot): string => {
    const round = rounds.get(responseKey) ?? 0;
    if (round === 0 && ours.length === 1) return base ?? '';
    return derivedKey(`${base} ${ours.length > 1 ? responseKey : ''} ${round}`);
  };
  const keyed = slots[0] && (ours.includes(slots[0]) ? keyOf(slots[0]) : given[slots[0].variable]);

  return {
    first: typeof keyed === 'string' ? keyed : undefined,
    variables: () => ({ ...given, ...Object.fromEntries(ours.map((slot) => [slot.variable, keyOf(slot)])) }),
    renew(responseKey) {
      if (!ours.some((slot) => slot.responseKey === responseKey)) return false;
      rounds.set(responseKey, (rounds.get(responseKey) ?? 0) + 1);
      return true;
    },
  };
}

/** A UUID (version 8) that follows from a text, since Shopify asks for UUIDs. */
function derivedKey(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
