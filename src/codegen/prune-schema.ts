import { definitionParts } from '../graphql/schema-file.ts';
import { interfacesOf, type SchemaText, type SchemaUsage } from './schema-usage.ts';

/**
 * The part of a schema that documents use, as text: the fields that they select, and input whole. Of the types that an
 * interface or a union can be it has those that documents name, and one for all others that no document tells apart: to
 * list 300 types with the same fields says no more. Where `__typename` is selected, it has all.
 */
export function prunedSchema(schema: SchemaText, usage: SchemaUsage): string {
  const kept = new Kept(schema, usage);
  const blocks: string[] = [];
  for (const [name, block] of schema.blocks) {
    const fields = kept.fields.get(name);
    if (name === 'schema' || name.startsWith('@') || kept.whole.has(name)) blocks.push(block);
    else if (fields && schema.kind(name) === 'union') {
      const members = schema.possible(name).filter((member) => kept.fields.has(member));
      blocks.push(`union ${name} = ${members.join(' | ')}`);
    } else if (fields) blocks.push(withFields(block, fields, kept.fields));
  }
  return `${blocks.join('\n\n')}\n`;
}

function withFields(block: string, fields: ReadonlySet<string>, types: ReadonlyMap<string, unknown>): string {
  const { first, members } = definitionParts(block);
  const faces = interfacesOf(block).filter((face) => types.has(face));
  const head = first.replace(/ implements [\w &]+ \{/, faces.length > 0 ? ` implements ${faces.join(' & ')} {` : ' {');
  const lines = [...members].filter(([name]) => fields.has(name)).map(([, line]) => line);
  return [head, ...lines, '}'].join('\n');
}

/** What stays of a schema, put together until nothing more follows from it. */
class Kept {
  /** Of objects, interfaces and unions. */
  readonly fields = new Map<string, Set<string>>();
  /** Types that stay as they are. */
  readonly whole: Set<string>;
  readonly #schema: SchemaText;
  readonly #usage: SchemaUsage;
  readonly #open: string[] = [];

  constructor(schema: SchemaText, usage: SchemaUsage) {
    const { fields, inputs } = usage;
    this.#schema = schema;
    this.#usage = usage;
    this.whole = new Set(inputs);
    for (const operation of ['query', 'mutation']) this.#keep(schema.root(operation), []);
    for (const [type, names] of fields) this.#keep(type, names);
    for (let type = this.#open.pop(); type !== undefined; type = this.#open.pop()) this.#follow(type);
  }

  #keep(type: string, names: Iterable<string>): void {
    const known = this.fields.get(type);
    const fields = known ?? new Set();
    const before = fields.size;
    for (const name of names) fields.add(name);
    if (known && fields.size === before) return;
    this.fields.set(type, fields);
    this.#open.push(type);
  }

  /** What must stay because a type stays. */
  #follow(type: string): void {
    const schema = this.#schema;
    const fields = this.fields.get(type) ?? new Set();
    const isUnion = schema.kind(type) === 'union';
    // A type without fields is none.
    if (fields.size === 0 && !isUnion) this.#keep(type, [this.#plainField(type)]);
    for (const name of fields) this.#keepTypesOf(type, name);
    for (const possible of this.#differentTypes(type)) this.#keep(possible, isUnion ? [] : fields);
    // What stays for another reason must have the fields of its interfaces.
    for (const face of interfacesOf(schema.blocks.get(type) ?? '')) {
      const ofFace = this.fields.get(face);
      if (ofFace) this.#keep(type, ofFace);
    }
    if (schema.kind(type) !== 'interface') return;
    for (const possible of schema.possible(type)) if (this.fields.has(possible)) this.#keep(possible, fields);
  }

  /** The types that an interface or a union can be, and that documents tell apart. */
  #differentTypes(type: string): readonly string[] {
    const all = this.#schema.possible(type);
    if (this.#usage.named.has(type)) return all;
    const kinds = new Set<string>();
    return all.filter((one) => {
      if (this.#usage.fields.has(one) || this.#schema.kind(one) === 'interface') return true;
      const faces = interfacesOf(this.#schema.blocks.get(one) ?? '').filter((face) => this.#usage.fields.has(face));
      const isNew = !kinds.has(faces.join());
      kinds.add(faces.join());
      return isNew;
    });
  }

  #keepTypesOf(type: string, field: string): void {
    const line = this.#schema.members(type).get(field) ?? '';
    const result = /: \[*(\w+)[\]!]*(?: @|$)/.exec(line)?.[1] ?? '';
    const args = line.slice(0, line.lastIndexOf(')') + 1);
    for (const [, name = ''] of args.matchAll(/: \[*(\w+)/g)) this.#keepInput(name);
    if (['type', 'interface', 'union'].includes(this.#schema.kind(result))) this.#keep(result, []);
    else this.#keepInput(result);
  }

  #keepInput(type: string): void {
    if (this.whole.has(type)) return;
    this.whole.add(type);
    if (this.#schema.kind(type) !== 'input') return;
    for (const line of this.#schema.members(type).values()) this.#keepInput(/: \[*(\w+)/.exec(line)?.[1] ?? '');
  }

  /** A field that leads nowhere: the first whose type is a scalar, else the first. */
  #plainField(type: string): string {
    const members = [...this.#schema.members(type)];
    const isPlain = ([, line]: readonly [string, string]): boolean =>
      !line.includes('(') && this.#schema.kind(/: \[*(\w+)/.exec(line)?.[1] ?? '') === 'scalar';
    return (members.find(isPlain) ?? members[0])?.[0] ?? '';
  }
}
