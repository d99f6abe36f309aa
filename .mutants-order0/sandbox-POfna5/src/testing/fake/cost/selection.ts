// @ts-nocheck
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { PreparedOperation } from '../model.ts';

/** What is needed to read a selection. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The context of an operation's own selection. */
export function selectionContext(operation: PreparedOperation): SelectionContext {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of operation.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return { schema: operation.schema, fragments, variables: operation.variables };
}

/** `QueryRoot` or `Mutation`. */
export function rootType({ kind, schema }: PreparedOperation): GraphQLObjectType {
  const type = kind === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  if (!type) throw new TypeError(`The schema has no type for a ${kind}.`);
  return type;
}

/** The root fields of an operation, by response key. */
export function rootFields(operation: PreparedOperation): ReadonlyMap<string, FieldNodes> {
  return collectFields(selectionContext(operation), rootType(operation), [operation.definition.selectionSet]);
}

/** The value of an argument of a field or directive; `undefined` where it is not given. */
export function argumentValue(context: SelectionContext, node: FieldNode | DirectiveNode, name: string): unknown {
  const argument = node.arguments?.find((candidate) => candidate.name.value === name);
  return argument && valueFromASTUntyped(argument.value, context.variables);
}

/** The nodes of one field; several where it is selected more than once. */
export type FieldNodes = readonly [FieldNode, ...FieldNode[]];

/** The fields that an object of this type answers with, by response key; `@skip` and `@include` respected. */
export function collectFields(
  context: SelectionContext,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): Map<string, FieldNodes> {
  const fields = new Map<string, FieldNodes>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(context, selection.directives)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const others = fields.get(key);
        fields.set(key, others ? [...others, selection] : [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? context.fragments.get(selection.name.value) : selection;
      if (fragment && applies(context.schema, fragment.typeCondition?.name.value, type)) collect(fragment.selectionSet);
    }
  };
  selections.forEach(collect);
  return fields;
}

/**
 * The concrete types worth a look behind a selection: all for an object type itself; for an interface
 * or union one of each group that the selection's fragments treat alike (`Node` alone has hundreds).
 */
export function candidateTypes(
  context: SelectionContext,
  type: GraphQLCompositeType,
  selections: readonly SelectionSetNode[],
): readonly GraphQLObjectType[] {
  if (!isAbstractType(type)) return [type];
  const conditions = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) continue;
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? context.fragments.get(selection.name.value) : selection;
      if (fragment?.typeCondition) conditions.add(fragment.typeCondition.name.value);
      if (fragment) visit(fragment.selectionSet);
    }
  };
  selections.forEach(visit);
  const groups = new Map<string, GraphQLObjectType>();
  for (const possible of context.schema.getPossibleTypes(type)) {
    const group = [...conditions].filter((condition) => applies(context.schema, condition, possible)).join(' ');
    if (!groups.has(group)) groups.set(group, possible);
  }
  return [...groups.values()];
}

function isIncluded(context: SelectionContext, directives: readonly DirectiveNode[] | undefined): boolean {
  return !directives?.some((directive) => {
    if (directive.name.value !== 'skip' && directive.name.value !== 'include') return false;
    return argumentValue(context, directive, 'if') === (directive.name.value === 'skip');
  });
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
}
