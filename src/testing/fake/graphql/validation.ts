import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedOutputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  Kind,
  type ObjectFieldNode,
  type ObjectValueNode,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
} from 'graphql';
import { literalProblem, printedLiteral } from './coercion.ts';
import { inDeclaredOrder } from './declared-order.ts';
import type { LocatedErrorEntry } from './errors.ts';
import { locationOf, structureErrors } from './validation-structure.ts';

/** As Shopify, no more errors than anybody reads. */
const maxErrors = 50;

/**
 * All that Shopify finds wrong with a document before it executes it. Words, codes and order are those of graphql-ruby,
 * which Shopify runs: the content of an unknown field or argument is not checked, and variables come last.
 */
export function validateDocument(schema: GraphQLSchema, document: DocumentNode): readonly LocatedErrorEntry[] {
  const checker = new DocumentChecker(schema, document);
  return [...checker.fieldErrors(), ...structureErrors(schema, document), ...checker.variableErrors()].slice(
    0,
    maxErrors,
  );
}

/** What can have arguments, and what graphql-ruby calls it. */
interface ArgumentOwner {
  readonly kind: 'Field' | 'Directive' | 'InputObject';
  readonly name: string;
  readonly node: FieldNode | DirectiveNode | ObjectValueNode;
}

/** Where a variable is used. */
interface VariableUse {
  readonly node: VariableNode;
  readonly path: Path;
  /** The argument or input field, and the type that it wants there. */
  readonly argument: ArgumentNode | ObjectFieldNode;
  readonly type: GraphQLInputType;
  /** Lists around the variable in the argument's literal. */
  readonly depth: number;
  readonly hasDefault: boolean;
}

/** What an operation or fragment uses. */
interface Uses {
  readonly variables: VariableUse[];
  readonly fragments: Set<string>;
}

type Path = readonly (string | number)[];

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

class DocumentChecker {
  readonly #schema: GraphQLSchema;
  readonly #definitions: readonly Definition[];
  readonly #uses = new Map<Definition, Uses>();
  readonly #errors: LocatedErrorEntry[] = [];
  #current: Uses = { variables: [], fragments: new Set() };

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#definitions = document.definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION,
    );
  }

  /** Fields, arguments and literals, in the order of the document. */
  fieldErrors(): readonly LocatedErrorEntry[] {
    for (const definition of this.#definitions) {
      this.#current = { variables: [], fragments: new Set() };
      this.#uses.set(definition, this.#current);
      const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
      const type = isOperation
        ? this.#schema.getRootType(definition.operation)
        : typeFromAST(this.#schema, definition.typeCondition);
      const path = [isOperation ? operationStep(definition) : `fragment ${definition.name.value}`];
      if (isOperation) for (const variable of definition.variableDefinitions ?? []) this.#checkVariable(variable, path);
      this.#checkDirectives(definition.directives, path);
      if (isCompositeType(type)) this.#checkSelections(definition.selectionSet, type, path);
    }
    return this.#errors.splice(0);
  }

  /** Variables that are used and not declared, or the other way round, or used where they do not fit. */
  variableErrors(): readonly LocatedErrorEntry[] {
    for (const operation of this.#definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
      const declared = new Map((operation.variableDefinitions ?? []).map((each) => [each.variable.name.value, each]));
      const uses = this.#usesOf(operation, new Set());
      for (const use of uses) {
        const definition = declared.get(use.node.name.value);
        if (definition) this.#checkUse(definition, use);
      }
      const by = operation.name?.value ?? `anonymous ${operation.operation}`;
      const undeclared = uses.filter(({ node }) => !declared.has(node.name.value));
      for (const { node, path } of firstOfEach(undeclared)) {
        const name = node.name.value;
        const message = `Variable $${name} is used by ${by} but not declared`;
        this.#report(message, node, path, 'variableNotDefined', { variableName: name });
      }
      const used = new Set(uses.map(({ node }) => node.name.value));
      for (const name of declared.keys()) {
        if (used.has(name)) continue;
        const message = `Variable $${name} is declared by ${by} but not used`;
        this.#report(message, operation, [operationStep(operation)], 'variableNotUsed', { variableName: name });
      }
    }
    return this.#errors.splice(0);
  }

  #report(
    message: string,
    node: Parameters<typeof locationOf>[0],
    path: Path,
    code: string,
    extensions: Readonly<Record<string, unknown>>,
  ): void {
    this.#errors.push({ message, ...locationOf(node), path, extensions: { code, ...extensions } });
  }

  #checkSelections({ selections }: SelectionSetNode, type: GraphQLCompositeType, path: Path): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        this.#checkField(selection, type, [...path, selection.alias?.value ?? selection.name.value]);
        continue;
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const condition = isSpread ? undefined : selection.typeCondition;
      const step = isSpread ? `... ${selection.name.value}` : condition ? `... on ${condition.name.value}` : '...';
      this.#checkDirectives(selection.directives, [...path, step]);
      if (isSpread) {
        this.#current.fragments.add(selection.name.value);
        continue;
      }
      const inner = condition ? typeFromAST(this.#schema, condition) : type;
      if (isCompositeType(inner)) this.#checkSelections(selection.selectionSet, inner, [...path, step]);
    }
  }

  #checkField(node: FieldNode, parent: GraphQLCompositeType, path: Path): void {
    const field = this.#fieldOf(node.name.value, parent);
    if (!field) {
      const fieldName = node.name.value;
      if (isUnionType(parent)) {
        const message = `Selections can't be made directly on unions (see selections on ${parent.name})`;
        this.#report(message, node, path, 'selectionMismatch', { nodeName: parent.name });
        return;
      }
      const message = `Field '${fieldName}' doesn't exist on type '${parent.name}'`;
      this.#report(message, node, path, 'undefinedField', { typeName: parent.name, fieldName });
      return;
    }
    const type: GraphQLNamedOutputType = getNamedType(field.type);
    this.#checkLeaf(node, type, path);
    const owner: ArgumentOwner = { kind: 'Field', name: field.name, node };
    this.#checkArguments(owner, node.arguments ?? [], field.args, path);
    this.#checkDirectives(node.directives, path);
    if (node.selectionSet && isCompositeType(type)) this.#checkSelections(node.selectionSet, type, path);
  }

  #fieldOf(name: string, parent: GraphQLCompositeType): FieldLike | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (parent === this.#schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return isUnionType(parent) ? undefined : parent.getFields()[name];
  }

  #checkLeaf(node: FieldNode, type: GraphQLNamedOutputType, path: Path): void {
    const name = node.name.value;
    const selections = node.selectionSet?.selections ?? [];
    const mismatch = (message: string): void =>
      this.#report(message, node, path, 'selectionMismatch', { nodeName: `field '${name}'`, typeName: type.name });
    if (isLeafType(type) && selections.length > 0) {
      const kind = 'getValues' in type ? 'enums' : 'scalars';
      const list = selections.map((selection) => {
        if (selection.kind !== Kind.INLINE_FRAGMENT) return `"${selection.name.value}"`;
        return `"... on ${selection.typeCondition?.name.value ?? ''} { ... }"`;
      });
      mismatch(
        `Selections can't be made on ${kind} (field '${name}' returns ${type.name} but has selections [${list.join(', ')}])`,
      );
      // Of a union nothing need be selected. (Recorded 2025-10.)
    } else if (!isLeafType(type) && !isUnionType(type) && selections.length === 0) {
      mismatch(
        `Field must have selections (field '${name}' returns ${type.name} but has no selections. Did you mean '${name} { ... }'?)`,
      );
    }
  }

  #checkDirectives(directives: readonly DirectiveNode[] | undefined, path: Path): void {
    for (const node of directives ?? []) {
      const directive = this.#schema.getDirective(node.name.value);
      // One that does not exist is the matter of the document's structure.
      if (!directive) continue;
      const owner: ArgumentOwner = { kind: 'Directive', name: directive.name, node };
      this.#checkArguments(owner, node.arguments ?? [], directive.args, path);
    }
  }

  #checkArguments(
    owner: ArgumentOwner,
    nodes: readonly ArgumentNode[],
    args: readonly GraphQLArgument[],
    path: Path,
  ): void {
    const given = new Set(nodes.map(({ name }) => name.value));
    const missing = inDeclaredOrder(
      owner.name,
      args.filter((arg) => isRequiredArgument(arg) && !given.has(arg.name)).map(({ name }) => name),
    );
    if (missing.length > 0) {
      const { kind: className, name } = owner;
      const message = `${className} '${name}' is missing required arguments: ${missing.join(', ')}`;
      const extensions = { className, name, arguments: missing.join(', ') };
      this.#report(message, owner.node, path, 'missingRequiredArguments', extensions);
    }
    for (const node of nodes) {
      const argument = args.find(({ name }) => name === node.name.value);
      this.#checkArgument(owner, node, argument, [...path, node.name.value]);
    }
  }

  /** An argument or a field of an input literal. What is wrong further inside is said there. */
  #checkArgument(
    owner: ArgumentOwner,
    node: ArgumentNode | ObjectFieldNode,
    definition: { readonly type: GraphQLInputType; readonly default?: unknown } | undefined,
    path: Path,
  ): void {
    const argumentName = node.name.value;
    const { kind, name } = owner;
    if (!definition) {
      const message = `${kind} '${name}' doesn't accept argument '${argumentName}'`;
      this.#report(message, node, path, 'argumentNotAccepted', { name, typeName: kind, argumentName });
      return;
    }
    const before = this.#errors.length;
    this.#checkValue(node.value, definition.type, { node, definition, path, depth: 0 });
    if (this.#errors.length > before || node.value.kind === Kind.VARIABLE) return;
    const problem = literalProblem(node.value, definition.type);
    if (!problem) return;
    if (problem.message !== undefined) {
      const extensions = { typeName: 'CoercionError' };
      this.#report(problem.message, owner.node, path, 'argumentLiteralsIncompatible', extensions);
      return;
    }
    const message = `Argument '${argumentName}' on ${kind} '${name}' has an invalid value (${printedLiteral(node.value)}). Expected type '${definition.type}'.`;
    this.#report(message, owner.node, path, 'argumentLiteralsIncompatible', { typeName: kind, argumentName });
  }

  /** Looks for variables and input objects in a literal. */
  #checkValue(
    value: ValueNode,
    type: GraphQLInputType,
    place: {
      readonly node: ArgumentNode | ObjectFieldNode;
      readonly definition: { readonly type: GraphQLInputType; readonly default?: unknown };
      readonly path: Path;
      readonly depth: number;
    },
  ): void {
    const { node, definition, path, depth } = place;
    const nullable = getNullableType(type);
    if (value.kind === Kind.VARIABLE) {
      const hasDefault = definition.default !== undefined;
      this.#current.variables.push({
        node: value,
        path,
        argument: node,
        type: definition.type,
        depth,
        hasDefault,
      });
    } else if (value.kind === Kind.LIST) {
      const item = isListType(nullable) ? nullable.ofType : type;
      for (const [index, entry] of value.values.entries()) {
        const within = entry.kind === Kind.OBJECT ? [...path, index] : path;
        this.#checkValue(entry, item, { ...place, path: within, depth: depth + 1 });
      }
    } else if (value.kind === Kind.OBJECT) {
      const object = getNamedType(type);
      const step = isListType(nullable) ? [...path, 0] : path;
      if (isInputObjectType(object)) this.#checkObject(value, object, step);
    }
  }

  #checkObject(node: ObjectValueNode, type: GraphQLInputObjectType, path: Path): void {
    const fields = type.getFields();
    const given = new Set(node.fields.map(({ name }) => name.value));
    const missing = Object.values(fields).filter((field) => isRequiredInputField(field) && !given.has(field.name));
    for (const argumentName of inDeclaredOrder(
      type.name,
      missing.map(({ name }) => name),
    )) {
      const argumentType = String(fields[argumentName]?.type);
      const message = `Argument '${argumentName}' on InputObject '${type.name}' is required. Expected type ${argumentType}`;
      const extensions = { argumentName, argumentType, inputObjectType: type.name };
      this.#report(message, node, [...path, argumentName], 'missingRequiredInputObjectAttribute', extensions);
    }
    const owner: ArgumentOwner = { kind: 'InputObject', name: type.name, node };
    if (type.isOneOf) this.#checkOneOf(node, type, path);
    for (const field of node.fields)
      this.#checkArgument(owner, field, fields[field.name.value], [...path, field.name.value]);
  }

  #checkOneOf(node: ObjectValueNode, type: GraphQLInputObjectType, path: Path): void {
    const [only] = node.fields;
    const extensions = { inputObjectType: type.name };
    if (node.fields.length !== 1)
      this.#report(
        `OneOf Input Object '${type.name}' must specify exactly one key.`,
        node,
        path,
        'invalidOneOfInputObject',
        extensions,
      );
    else if (only?.value.kind === Kind.NULL)
      this.#report(
        `Argument '${type.name}.${only.name.value}' must be non-nullable.`,
        node,
        path,
        'invalidOneOfInputObject',
        extensions,
      );
  }

  #checkVariable(definition: VariableDefinitionNode, path: Path): void {
    const name = definition.variable.name.value;
    const type = typeFromAST(this.#schema, definition.type);
    const named = namedTypeOf(definition.type);
    if (!isInputType(type)) {
      const what = type ? `isn't a valid input type` : `isn't a defined input type`;
      const extensions = { typeName: named, variableName: name };
      this.#report(`${named} ${what} (on $${name})`, definition, path, 'variableRequiresValidType', extensions);
      return;
    }
    const { defaultValue } = definition;
    if (!defaultValue) return;
    const isWrong = defaultValue.kind === Kind.NULL ? isNonNullType(type) : literalProblem(defaultValue, type);
    if (!isWrong) return;
    const extensions = { variableName: name, typeName: String(type) };
    this.#report(
      `Default value for $${name} doesn't match type ${type}`,
      definition,
      path,
      'defaultValueInvalidType',
      extensions,
    );
  }

  #usesOf(definition: Definition, seen: Set<Definition>): readonly VariableUse[] {
    if (seen.has(definition)) return [];
    seen.add(definition);
    const { variables = [], fragments = new Set() } = this.#uses.get(definition) ?? {};
    const spread = this.#definitions.filter(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && fragments.has(each.name.value),
    );
    return [...variables, ...spread.flatMap((each) => this.#usesOf(each, seen))];
  }

  #checkUse(definition: VariableDefinitionNode, use: VariableUse): void {
    const declared = typeFromAST(this.#schema, definition.type);
    if (!isInputType(declared)) return;
    const hasValue = definition.defaultValue !== undefined && definition.defaultValue.kind !== Kind.NULL;
    const wanted = use.hasDefault ? getNullableType(use.type) : use.type;
    const problem = useProblem({ declared, hasValue, depth: use.depth }, wanted);
    if (problem === undefined) return;
    const name = definition.variable.name.value;
    const argumentName = use.argument.name.value;
    const typeName = '['.repeat(use.depth) + String(declared) + ']'.repeat(use.depth);
    this.#report(
      `${problem} on variable $${name} and argument ${argumentName} (${typeName} / ${use.type})`,
      use.argument,
      use.path,
      'variableMismatch',
      { variableName: name, typeName, argumentName, errorMessage: problem },
    );
  }
}

/** What is needed of a field, also of those of introspection. */
interface FieldLike {
  readonly name: string;
  readonly type: GraphQLOutputType;
  readonly args: readonly GraphQLArgument[];
}

/** A type's levels from the outside in: whether each is a list, and whether it may be null. */
function levelsOf(type: GraphQLInputType): readonly { readonly isNonNull: boolean }[] {
  const isNonNull = isNonNullType(type);
  const nullable = getNullableType(type);
  return [{ isNonNull }, ...(isListType(nullable) ? levelsOf(nullable.ofType) : [])];
}

/** Why a variable does not fit where it is used. */
function useProblem(
  { declared, hasValue, depth }: { declared: GraphQLInputType; hasValue: boolean; depth: number },
  wanted: GraphQLInputType,
): string | undefined {
  if (getNamedType(declared) !== getNamedType(wanted)) return 'Type mismatch';
  const own = levelsOf(declared).map(({ isNonNull }, level) => ({ isNonNull: isNonNull || (level === 0 && hasValue) }));
  const levels = [...Array.from({ length: depth }, () => ({ isNonNull: true })), ...own];
  const needed = levelsOf(wanted);
  if (levels.length !== needed.length) return 'List dimension mismatch';
  return needed.some(({ isNonNull }, level) => isNonNull && !levels[level]?.isNonNull)
    ? 'Nullability mismatch'
    : undefined;
}

function firstOfEach(uses: readonly VariableUse[]): readonly VariableUse[] {
  return [...new Map(uses.toReversed().map((use) => [use.node.name.value, use])).values()].toReversed();
}

const namedTypeOf = (node: VariableDefinitionNode['type']): string =>
  node.kind === Kind.NAMED_TYPE ? node.name.value : namedTypeOf(node.type);

/** The name of an operation in a path. */
const operationStep = ({ operation, name }: OperationDefinitionNode): string =>
  name ? `${operation} ${name.value}` : operation;
