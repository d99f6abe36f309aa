import type {
  ArgumentNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  VariableDefinitionNode,
} from 'graphql';
import { isRecord } from '../internal/json.ts';
import { nameNode, node, printDocument, variableNode } from './parse.ts';

export const named = (type: string): object => ({ kind: 'NamedType', name: nameNode(type) });

/** `$name: Type!` */
export function definitionOf(name: string, type: string): VariableDefinitionNode {
  return node<VariableDefinitionNode>({
    kind: 'VariableDefinition',
    variable: variableNode(name),
    type: { kind: 'NonNullType', type: named(type) },
  });
}

/** Adds an argument whose value is a variable. */
export function withVariable(field: FieldNode, argument: string, variable: string): FieldNode {
  const others = field.arguments?.filter(({ name }) => name.value !== argument) ?? [];
  const own = node<ArgumentNode>({ kind: 'Argument', name: nameNode(argument), value: variableNode(variable) });
  return { ...field, arguments: [...others, own] };
}

/** Replaces some fields of a selection. */
export function replaceFields(
  set: SelectionSetNode,
  fields: ReadonlySet<FieldNode>,
  edit: (field: FieldNode) => FieldNode,
): SelectionSetNode {
  return {
    ...set,
    selections: set.selections.map((selection) => {
      if (selection.kind === 'FragmentSpread') return selection;
      if (selection.kind === 'Field' && fields.has(selection)) return edit(selection);
      if (!selection.selectionSet) return selection;
      return { ...selection, selectionSet: replaceFields(selection.selectionSet, fields, edit) };
    }),
  };
}

/** What parts of a document use: variables, each with its number of uses, and fragments. */
export function usesOf(parts: unknown): { readonly variables: Map<string, number>; readonly fragments: Set<string> } {
  const variables = new Map<string, number>();
  const fragments = new Set<string>();
  const open: unknown[] = [parts];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null) continue;
    const name = isRecord(part) && isRecord(part['name']) ? String(part['name']['value']) : '';
    if (isRecord(part) && part['kind'] === 'Variable') variables.set(name, (variables.get(name) ?? 0) + 1);
    if (isRecord(part) && part['kind'] === 'FragmentSpread') fragments.add(name);
    open.push(...Object.values(part));
  }
  return { variables, fragments };
}

/** The fragments that a part of a document spreads, including nested ones. */
export function reachable(
  part: unknown,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlyMap<string, FragmentDefinitionNode> {
  const reached = new Map<string, FragmentDefinitionNode>();
  const open = [...usesOf(part).fragments];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const fragment = fragments.get(name);
    if (!fragment || reached.has(name)) continue;
    reached.set(name, fragment);
    open.push(...usesOf(fragment.selectionSet).fragments);
  }
  return reached;
}

/** Prints one operation with the fragments that it spreads, and without the document's other operations. */
export function printOperation(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const used = reachable(operation.selectionSet, fragments);
  return printDocument(node<DocumentNode>({ kind: 'Document', definitions: [operation, ...used.values()] }));
}
