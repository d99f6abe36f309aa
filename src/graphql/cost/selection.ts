import type {
  ArgumentNode,
  ConstValueNode,
  DirectiveNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { ownValue } from '../../internal/json.ts';

/** Fields of one response key, which the server merges into one. */
export interface MergedField {
  readonly key: string;
  readonly name: string;
  readonly nodes: readonly SelectedField[];
}

/** A field and the named fragments it was reached through. */
interface SelectedField {
  readonly node: FieldNode;
  readonly within: Chain | undefined;
}

/** Named fragments from the inside out. A fragment within itself is invalid, and is not followed. */
interface Chain {
  readonly fragment: string;
  readonly outer: Chain | undefined;
}

/** A selection set and the named fragments around it. */
export interface SelectedSet {
  readonly set: SelectionSetNode;
  readonly within: Chain | undefined;
}

/** What one object selects: fields of any type, and further fields for each type that a fragment names. */
export interface Selected {
  readonly fields: readonly MergedField[];
  readonly byType: readonly Selected[];
}

export interface SelectionScope {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/** A `Selected` under construction. */
interface Group {
  readonly type: string | undefined;
  readonly outer: Group | undefined;
  readonly fields: Map<string, SelectedField[]>;
  readonly inner: Map<string, Group>;
  /** Named fragments already added to the group: a second time, each adds nothing. */
  readonly spread: Set<string>;
}

/**
 * Merges the fields of selection sets of one object by response key. Without the schema it is unknown whether two types
 * exclude each other: types of different names are assumed to.
 */
export function selectedFields(sets: readonly SelectedSet[], scope: SelectionScope): Selected {
  const collect = ({ set, within }: SelectedSet, group: Group): void => {
    for (const selection of set.selections) {
      if (isSkipped(selection.directives, scope.variables)) continue;
      if (selection.kind === 'Field') {
        fieldsFor(selection.alias?.value ?? selection.name.value, group).push({ node: selection, within });
      } else if (selection.kind === 'InlineFragment') {
        collect({ set: selection.selectionSet, within }, groupFor(selection.typeCondition?.name.value, group));
      } else {
        const name = selection.name.value;
        const fragment = scope.fragments.get(name);
        if (!fragment || isWithin(within, name) || group.spread.has(name)) continue;
        group.spread.add(name);
        const inner = { set: fragment.selectionSet, within: { fragment: name, outer: within } };
        collect(inner, groupFor(fragment.typeCondition.name.value, group));
      }
    }
  };
  const all = newGroup(undefined, undefined);
  for (const set of sets) collect(set, all);
  return selected(all);
}

function newGroup(type: string | undefined, outer: Group | undefined): Group {
  return { type, outer, fields: new Map(), inner: new Map(), spread: new Set() };
}

/** The nodes of one response key: those of the group or of one around it, or else a new list. */
function fieldsFor(key: string, group: Group): SelectedField[] {
  for (let around: Group | undefined = group; around; around = around.outer) {
    const known = around.fields.get(key);
    if (known) return known;
  }
  const nodes: SelectedField[] = [];
  group.fields.set(key, nodes);
  return nodes;
}

function groupFor(type: string | undefined, group: Group): Group {
  if (type === undefined || type === group.type) return group;
  const inner = group.inner.get(type) ?? newGroup(type, group);
  group.inner.set(type, inner);
  return inner;
}

function selected(group: Group): Selected {
  const fields = [...group.fields].map(([key, nodes]) => ({ key, name: nodes[0]?.node.name.value ?? key, nodes }));
  return { fields, byType: [...group.inner.values()].map(selected) };
}

/** The selection sets below a merged field. */
export function setsBelow(field: MergedField): readonly SelectedSet[] {
  return field.nodes.flatMap(({ node, within }) => (node.selectionSet ? [{ set: node.selectionSet, within }] : []));
}

function isWithin(chain: Chain | undefined, fragment: string): boolean {
  for (let link = chain; link; link = link.outer) if (link.fragment === fragment) return true;
  return false;
}

function isSkipped(directives: readonly DirectiveNode[] | undefined, variables: Variables): boolean {
  return Boolean(
    directives?.some(({ name, arguments: args }) => {
      if (name.value === 'skip') return argumentOf(args, 'if', variables) === true;
      return name.value === 'include' && argumentOf(args, 'if', variables) === false;
    }),
  );
}

/** Variables as sent, and the defaults of the others. */
export interface Variables {
  readonly given: Readonly<Record<string, unknown>>;
  readonly defaults: ReadonlyMap<string, ConstValueNode>;
  /** Receives each variable that counts, with its value as given. */
  readonly onRead?: ((name: string, value: unknown) => void) | undefined;
}

/** The variables of an operation. */
export function variablesOf(
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>> = {},
  onRead?: Variables['onRead'],
): Variables {
  const defaults = new Map<string, ConstValueNode>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue) defaults.set(variable.name.value, defaultValue);
  }
  return { given, defaults, onRead };
}

/** The value of an argument by name; `undefined` if it is not given. */
export function argumentOf(args: readonly ArgumentNode[] | undefined, name: string, variables: Variables): unknown {
  const argument = args?.find((candidate) => candidate.name.value === name);
  return argument && valueIn(argument.value, variables);
}

function valueIn(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case 'Variable': {
      const name = node.name.value;
      const given = ownValue(variables.given, name);
      variables.onRead?.(name, given);
      if (given !== undefined) return given;
      const byDefault = variables.defaults.get(name);
      return byDefault && valueIn(byDefault, variables);
    }
    case 'NullValue':
      return null;
    case 'IntValue':
    case 'FloatValue':
      return Number(node.value);
    case 'ListValue':
      return node.values.map((value) => valueIn(value, variables));
    case 'ObjectValue':
      return Object.fromEntries(node.fields.map((field) => [field.name.value, valueIn(field.value, variables)]));
    default:
      return node.value;
  }
}
