import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { schemaVersions } from '../config/generated/api-versions.ts';
import { ConfigError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';

/**
 * The schema of an API version as text, in the form that `npm run schema` and `shopwright schema pull` print: comments
 * at the head, no descriptions, a blank line between definitions, a line for each member, all in the order of names.
 * The package includes the newest version in full, and each older one as a patch of the next newer.
 *
 * @param version One of `schemaVersions`.
 */
export function schemaText(version: string): string {
  // Called through `Reflect`, bundlers do not see it: they would treat each file of the folder as a program, and fail.
  const { resolve } = Reflect.apply(createRequire, undefined, [import.meta.url]);
  const read = (name: string): string => readFileSync(resolve(`shopwright/schema/${name}`), 'utf8');
  const [newest = '', ...older] = schemaVersions;
  const patches = older.slice(0, older.indexOf(version) + 1).map((each) => read(`admin-${each}.patch`));
  return patchedSchema(read(`admin-${newest}.graphql`), ...patches);
}

/** A schema file of a user, as `shopwright schema pull` writes it. */
interface SchemaFile {
  readonly version: string;
  readonly text: string;
}

/**
 * Reads a user's schema file.
 *
 * @param field The option that named it, for the error.
 * @throws ConfigError for a file that cannot be read, or is not a schema.
 */
export function readSchemaFile(file: string, field: string): SchemaFile {
  const invalid = (message: string, cause?: unknown): ConfigError =>
    new ConfigError('Invalid configuration', { issues: [{ field, message }], ...(cause !== undefined && { cause }) });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(`is ${file}, which cannot be read. Create it with: npx shopwright schema pull`, cause);
  }
  const version = versionOf(text);
  if (version !== undefined && text.includes('\nschema {\n')) return { version, text };
  throw invalid(`is ${file}, which was not written by shopwright schema pull. Pull it again.`);
}

/** The query for a response that `readIntrospection` reads. Descriptions say which mutations take a key. */
export const introspectionQuery = (): string =>
  getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, oneOf: true });

/** Returns the introspection result in a response's data; `undefined` if it is not one. */
export function readIntrospection(data: unknown): IntrospectionQuery | undefined {
  const schema = isRecord(data) ? data['__schema'] : undefined;
  const isWhole = isRecord(schema) && Array.isArray(schema['types']) && schema['types'].length > 0;
  return isWhole ? (data as unknown as IntrospectionQuery) : undefined;
}

/**
 * Prints an introspection result as the text of a schema. Idempotency rules, which only descriptions contain, are kept
 * in the head.
 *
 * @param head The first lines, without `#`.
 */
export function printIntrospection(
  introspection: IntrospectionQuery,
  version: string,
  head: readonly string[],
): string {
  const stripped = JSON.parse(JSON.stringify(introspection), (key, value: unknown) => {
    if (key === 'description') return undefined;
    // graphql-js prints its default reason as a bare `@deprecated`.
    if (key === 'deprecationReason' && typeof value === 'string') return 'No longer supported';
    return value;
  }) as IntrospectionQuery;
  const schema = lexicographicSortSchema(buildClientSchema(stripped, { assumeValid: true }));
  return withKeyRules(`${commented(head)}\n\n${printSchema(schema)}\n`, keyRulesIn(introspection, version));
}

const commented = (lines: readonly string[]): string => lines.map((line) => `# ${line}`).join('\n');

/** Returns the version named in the head of a schema. */
export function versionOf(text: string): string | undefined {
  return /^# Shopify Admin API (\S+?),? /.exec(text)?.[1];
}

/** Mutations of one version that take `@idempotent(key:)`. */
export interface KeyRules {
  /** Mutations that are refused without a key. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** Returns the key rules in the head of a schema. */
export function keyRules(text: string): KeyRules {
  const named = (rule: string): readonly string[] =>
    new RegExp(`^# Keys ${rule}: (.+)$`, 'm').exec(text.slice(0, text.indexOf('\n\n')))?.[1]?.split(' ') ?? [];
  return { required: named('required'), optional: named('optional') };
}

/** Writes key rules into the head of a schema, replacing earlier ones. */
export function withKeyRules(text: string, { required, optional }: KeyRules): string {
  const headEnd = text.indexOf('\n\n');
  const lines = text
    .slice(0, headEnd)
    .split('\n')
    .filter((line) => !line.startsWith('# Keys '));
  for (const [rule, names] of Object.entries({ required, optional })) {
    if (names.length > 0) lines.push(`# Keys ${rule}: ${[...new Set(names)].sort().join(' ')}`);
  }
  return lines.join('\n') + text.slice(headEnd);
}

/**
 * Reads the key rules in descriptions, such as "As of 2026-04, the idempotency key is required".
 * https://shopify.dev/docs/api/usage/idempotent-requests
 */
function keyRulesIn({ __schema }: IntrospectionQuery, version: string): KeyRules {
  const rules = { required: [] as string[], optional: [] as string[] };
  const mutations = __schema.types.find(({ name }) => name === __schema.mutationType?.name);
  for (const { name, description } of mutations && 'fields' in mutations ? mutations.fields : []) {
    if (!/using the `@idempotent` directive/.test(description ?? '')) continue;
    const requiredFrom = /As of (?:version )?`?([\w-]+)`?, the idempotency key is required/.exec(
      description ?? '',
    )?.[1];
    rules[requiredFrom !== undefined && requiredFrom <= version ? 'required' : 'optional'].push(name);
  }
  return rules;
}

/**
 * Applies a patch, and gives the text of the schema that it was made for. A patch is written in blocks with a blank
 * line between them, in any order:
 *
 * ```
 * # The first block, comments, is the head of the result.
 *
 * -TypeThatGoes
 * -AnotherOne
 *
 * ~TypeThatChanges
 * =type TypeThatChanges implements Node {
 * -memberThatGoes
 * +  memberThatComesOrChanges(first: Int): String!
 *
 * type TypeThatComesOrChangesAsAWhole {
 *   id: ID!
 * }
 * ```
 *
 * @param patches Applied one after the other.
 * @throws Error for a patch that names what the schema does not have.
 */
export function patchedSchema(text: string, ...patches: readonly string[]): string {
  if (patches.length === 0) return text;
  const definitions = schemaDefinitions(text);
  let head = '';
  for (const patch of patches) {
    const [first = '', ...blocks] = patch.trimEnd().split('\n\n');
    head = first;
    for (const block of blocks) {
      if (block.startsWith('-')) for (const line of block.split('\n')) remove(definitions, line.slice(1));
      else if (block.startsWith('~')) {
        const [about = '', ...changes] = block.split('\n');
        const name = about.slice(1);
        definitions.set(name, patchedDefinition(definitions.get(name) ?? missing(name), changes));
      } else definitions.set(definitionName(block), block);
    }
  }
  return joinSchema(head, definitions);
}

const missing = (name: string): never => {
  throw new Error(`The patch is of another schema: there is no ${name}`);
};

function remove(named: Map<string, string>, name: string): void {
  if (!named.delete(name)) missing(name);
}

function patchedDefinition(definition: string, changes: readonly string[]): string {
  const { first, members } = definitionParts(definition);
  let head = first;
  for (const change of changes) {
    const content = change.slice(1);
    if (change.startsWith('=')) head = content;
    else if (change.startsWith('-')) remove(members, content);
    else members.set(memberName(content), content);
  }
  return `${[head, ...inOrder(members)].join('\n')}\n}`;
}

/** The definitions in a text, by name; a directive's name includes its `@`. The head is omitted. */
export function schemaDefinitions(text: string): Map<string, string> {
  const blocks = text
    .trimEnd()
    .split('\n\n')
    .filter((block) => !block.startsWith('#'));
  return new Map(blocks.map((block) => [definitionName(block), block]));
}

/** Splits a definition of several lines: the first line, and the members by name. */
export function definitionParts(definition: string): { readonly first: string; readonly members: Map<string, string> } {
  const [first = '', ...rest] = definition.split('\n');
  return { first, members: new Map(rest.slice(0, -1).map((line) => [memberName(line), line])) };
}

const definitionName = (block: string): string => /^(?:directive |\w+ )?(@?\w+)/.exec(block)?.[1] ?? '';

const memberName = (line: string): string => /\w+/.exec(line)?.[0] ?? '';

/** Joins a schema: roots, directives and types, each sorted by name. */
function joinSchema(head: string, definitions: ReadonlyMap<string, string>): string {
  const rank = (block: string): number => (block.startsWith('schema {') ? 0 : block.startsWith('directive ') ? 1 : 2);
  const ordered = inOrder(definitions);
  return `${[head, ...[0, 1, 2].flatMap((each) => ordered.filter((block) => rank(block) === each))].join('\n\n')}\n`;
}

const inOrder = (named: ReadonlyMap<string, string>): string[] =>
  [...named].sort(([one], [other]) => compareNames(one, other)).map(([, text]) => text);

/** The order in which graphql-js sorts a schema: by code unit, with digits compared as numbers. */
function compareNames(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  let start = at;
  while (isDigit(one, start - 1)) start -= 1;
  const numbers = isDigit(one, start) && isDigit(other, start);
  const difference = numbers ? Number.parseInt(one.slice(start), 10) - Number.parseInt(other.slice(start), 10) : 0;
  if (difference !== 0) return difference;
  return at < one.length && at < other.length ? one.charCodeAt(at) - other.charCodeAt(at) : one.length - other.length;
}

const isDigit = (text: string, at: number): boolean => text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57;
