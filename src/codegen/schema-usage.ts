import type {
  ArgumentNode,
  DocumentNode,
  FieldDefinitionNode,
  FieldNode,
  FragmentDefinitionNode,
  InputValueDefinitionNode,
  SelectionSetNode,
  TypeNode,
  ValueNode,
} from 'graphql';
import { parse } from 'graphql/language';
import { definitionParts, schemaDefinitions } from '../graphql/schema-file.ts';

/**
 * A schema as text, of which only the requested parts are parsed: an Admin schema has some 3,500 types, and operations
 * use about a hundred.
 */
export class SchemaText {
  readonly text: string;
  /** Definitions by name, as text. */
  readonly blocks: ReadonlyMap<string, string>;
  readonly #members = new Map<string, ReadonlyMap<string, string>>();
  readonly #fields = new Map<string, FieldDefinitionNode | InputValueDefinitionNode>();
  #implementers: Map<string, string[]> | undefined;

  constructor(text: string) {
    this.text = text;
    this.blocks = schemaDefinitions(text);
  }

  has(type: string): boolean {
    return this.blocks.has(type) || builtIn.has(type);
  }

  kind(type: string): string {
    return /^\w+/.exec(this.blocks.get(type) ?? '')?.[0] ?? 'scalar';
  }

  /** The root type of an operation, such as `QueryRoot`. */
  root(operation: string): string {
    return new RegExp(`^  ${operation}: (\\w+)`, 'm').exec(this.blocks.get('schema') ?? '')?.[1] ?? '';
  }

  /** Lines of a definition by member name. */
  members(type: string): ReadonlyMap<string, string> {
    const known = this.#members.get(type);
    if (known) return known;
    const members = definitionParts(this.blocks.get(type) ?? '').members;
    this.#members.set(type, members);
    return members;
  }

  field(type: string, name: string): FieldDefinitionNode | undefined {
    return this.#member(type, name, 'type') as FieldDefinitionNode | undefined;
  }

  inputField(type: string, name: string): InputValueDefinitionNode | undefined {
    return this.#member(type, name, 'input') as InputValueDefinitionNode | undefined;
  }

  #member(
    type: string,
    name: string,
    kind: 'type' | 'input',
  ): FieldDefinitionNode | InputValueDefinitionNode | undefined {
    const key = `${type}.${name}`;
    const known = this.#fields.get(key);
    if (known) return known;
    const line = this.members(type).get(name);
    if (line === undefined) return undefined;
    const [definition] = parse(`${kind} T {\n${line}\n}`, { noLocation: true }).definitions;
    const field = definition && 'fields' in definition ? definition.fields?.[0] : undefined;
    if (field) this.#fields.set(key, field);
    return field;
  }

  /** The object types and interfaces that an interface or a union includes. */
  possible(type: string): readonly string[] {
    if (this.kind(type) === 'union') return this.blocks.get(type)?.split('=')[1]?.match(/\w+/g) ?? [];
    if (!this.#implementers) {
      this.#implementers = new Map();
      for (const [name, block] of this.blocks) {
        for (const face of interfacesOf(block)) {
          const others = this.#implementers.get(face);
          if (others) others.push(name);
          else this.#implementers.set(face, [name]);
        }
      }
    }
    return this.#implementers.get(type) ?? [];
  }
}

/** Scalars that no schema defines. */
const builtIn: ReadonlySet<string> = new Set(['Boolean', 'Float', 'ID', 'Int', 'String']);

/** The interfaces of a type, from the first line of its definition. */
export function interfacesOf(block: string): readonly string[] {
  return /^\w+ \w+ implements ([\w &]+)/.exec(block)?.[1]?.match(/\w+/g) ?? [];
}

/** The innermost name of a type such as `[Product!]!`. */
export function namedType(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : namedType(type.type);
}

/** A finding in a document, with the operation or fragment that contains it. */
export interface Finding {
  readonly operation: string;
  /** The part of the schema, such as `Product.bodyHtml`, `Product.variants(sortKey:)` or `ProductStatus.DRAFT`. */
  readonly what: string;
}

/** The parts of a schema that documents use. */
export interface SchemaUsage {
  /** Fields by type. A type may have none. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** Arguments used, by field: `Product.variants` → `first`. */
  readonly args: ReadonlyMap<string, ReadonlySet<string>>;
  /** Input types, scalars and enums. */
  readonly inputs: ReadonlySet<string>;
  /** Types whose `__typename` is selected. */
  readonly named: ReadonlySet<string>;
  readonly deprecated: readonly Finding[];
  /** Parts that the schema does not have. */
  readonly unknown: readonly Finding[];
  /** Required arguments that are missing. */
  readonly missing: readonly Finding[];
}

/** Collects the parts of a schema that documents use. */
export function schemaUsage(schema: SchemaText, documents: readonly DocumentNode[]): SchemaUsage {
  const walk = new UsageWalk(schema, documents);
  for (const { definitions } of documents) {
    for (const definition of definitions) {
      if (definition.kind === 'OperationDefinition') {
        const name = definition.name?.value ?? 'an operation without a name';
        walk.enter(name);
        for (const { type } of definition.variableDefinitions ?? []) walk.input(namedType(type));
        walk.select(schema.root(definition.operation), definition.selectionSet);
      }
      if (definition.kind === 'FragmentDefinition') {
        walk.enter(definition.name.value);
        walk.spread(definition);
      }
    }
  }
  return walk;
}

class UsageWalk implements SchemaUsage {
  readonly fields = new Map<string, Set<string>>();
  readonly args = new Map<string, Set<string>>();
  readonly inputs = new Set<string>();
  readonly named = new Set<string>();
  readonly deprecated: Finding[] = [];
  readonly unknown: Finding[] = [];
  readonly missing: Finding[] = [];
  readonly #schema: SchemaText;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #found = new Set<string>();
  #operation = '';
  #spread = new Set<string>();

  constructor(schema: SchemaText, documents: readonly DocumentNode[]) {
    this.#schema = schema;
    this.#fragments = new Map(
      documents.flatMap(({ definitions }) =>
        definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one] as const] : [])),
      ),
    );
  }

  enter(operation: string): void {
    this.#operation = operation;
    this.#spread = new Set();
  }

  spread(fragment: FragmentDefinitionNode): void {
    const { value } = fragment.name;
    if (this.#spread.has(value)) return;
    this.#spread.add(value);
    this.select(fragment.typeCondition.name.value, fragment.selectionSet);
  }

  select(type: string, { selections }: SelectionSetNode): void {
    if (!this.#schema.has(type)) this.#note(this.unknown, type);
    const fields = this.fields.get(type) ?? new Set();
    this.fields.set(type, fields);
    for (const selection of selections) {
      if (selection.kind === 'Field') this.#field(type, selection, fields);
      else if (selection.kind === 'InlineFragment') {
        this.select(selection.typeCondition?.name.value ?? type, selection.selectionSet);
      } else {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment) this.spread(fragment);
        else this.#note(this.unknown, `...${selection.name.value}`);
      }
    }
  }

  #field(type: string, field: FieldNode, fields: Set<string>): void {
    const name = field.name.value;
    if (name === '__typename') this.named.add(type);
    if (name.startsWith('__')) return;
    const where = `${type}.${name}`;
    const definition = this.#schema.field(type, name);
    if (!definition) {
      this.#note(this.unknown, where);
      return;
    }
    fields.add(name);
    this.#noteDeprecated(definition, where);
    this.#arguments(where, definition, field.arguments ?? []);
    const below = namedType(definition.type);
    if (field.selectionSet) this.select(below, field.selectionSet);
    else this.input(below);
  }

  #arguments(where: string, { arguments: defined = [] }: FieldDefinitionNode, given: readonly ArgumentNode[]): void {
    const args = this.args.get(where) ?? new Set();
    this.args.set(where, args);
    for (const { name, value } of given) {
      const definition = defined.find((one) => one.name.value === name.value);
      const place = `${where}(${name.value}:)`;
      args.add(name.value);
      if (!definition) this.#note(this.unknown, place);
      else {
        this.#noteDeprecated(definition, place);
        this.#literal(value, namedType(definition.type));
      }
    }
    for (const { name, type, defaultValue } of defined) {
      // A field includes all its arguments.
      this.input(namedType(type));
      if (type.kind === 'NonNullType' && !defaultValue && !args.has(name.value)) {
        this.#note(this.missing, `${where}(${name.value}:)`);
      }
    }
  }

  /** Follows a value written into a document. */
  #literal(value: ValueNode, type: string): void {
    if (value.kind === 'ListValue') for (const entry of value.values) this.#literal(entry, type);
    if (value.kind === 'EnumValue' && this.#schema.kind(type) === 'enum') {
      const line = this.#schema.members(type).get(value.value);
      const place = `${type}.${value.value}`;
      if (line === undefined) this.#note(this.unknown, place);
      else if (line.includes('@deprecated')) this.#note(this.deprecated, place);
    }
    if (value.kind !== 'ObjectValue') return;
    for (const field of value.fields) {
      const definition = this.#schema.inputField(type, field.name.value);
      const place = `${type}.${field.name.value}`;
      if (!definition) this.#note(this.unknown, place);
      else {
        this.#noteDeprecated(definition, place);
        this.#literal(field.value, namedType(definition.type));
      }
    }
  }

  /** Adds an input type, and the types of its fields. */
  input(type: string): void {
    const open = [type];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (this.inputs.has(name)) continue;
      if (!this.#schema.has(name)) this.#note(this.unknown, name);
      this.inputs.add(name);
      if (this.#schema.kind(name) !== 'input') continue;
      for (const line of this.#schema.members(name).values()) open.push(/: \[*(\w+)/.exec(line)?.[1] ?? '');
    }
  }

  #noteDeprecated({ directives }: FieldDefinitionNode | InputValueDefinitionNode, what: string): void {
    if (directives?.some(({ name }) => name.value === 'deprecated')) this.#note(this.deprecated, what);
  }

  #note(list: Finding[], what: string): void {
    const key = `${this.#operation} ${what} ${list === this.deprecated}`;
    if (this.#found.has(key)) return;
    this.#found.add(key);
    list.push({ operation: this.#operation, what });
  }
}
