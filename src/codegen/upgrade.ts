import type { DocumentNode } from 'graphql';
import { print } from 'graphql/language';
import { ConfigError } from '../errors/errors.ts';
import { keyRules, versionOf } from '../graphql/schema-file.ts';
import { type Finding, namedType, SchemaText, schemaUsage } from './schema-usage.ts';

/** What an upgrade to another version's schema means for operations. */
export interface UpgradeReport {
  /** The versions, such as `2026-10`. */
  readonly from: string;
  readonly to: string;
  /** Fields, arguments, types and values that do not exist in the other version. */
  readonly removed: readonly Finding[];
  /** Arguments that become required. */
  readonly required: readonly Finding[];
  /** Fields whose type changes, with both types: `Product.tags: [String!]! → [Tag!]!`. */
  readonly changed: readonly Finding[];
  /** Parts that become deprecated. */
  readonly deprecated: readonly Finding[];
  /** Mutations that begin to require an idempotency key. */
  readonly keyed: readonly Finding[];
}

/**
 * Compares what documents use in two schemas.
 *
 * @param from Text of the schema that they are written for.
 * @param to Text of the other schema.
 * @throws ConfigError if the documents do not fit the first schema.
 */
export function upgradeReport(documents: readonly DocumentNode[], from: string, to: string): UpgradeReport {
  const [old, next] = [new SchemaText(from), new SchemaText(to)];
  const [before, after] = [schemaUsage(old, documents), schemaUsage(next, documents)];
  const version = versionOf(from) ?? 'the present version';
  if (before.unknown.length > 0) {
    const issues = before.unknown.map(({ operation, what }) => ({
      field: operation,
      message: `uses ${what}, which ${version} does not have.`,
    }));
    throw new ConfigError('Invalid operations', { issues });
  }
  const fresh = (now: readonly Finding[], then: readonly Finding[]): readonly Finding[] => {
    const known = new Set(then.map(({ operation, what }) => `${operation} ${what}`));
    return now.filter(({ operation, what }) => !known.has(`${operation} ${what}`));
  };
  return {
    from: version,
    to: versionOf(to) ?? 'the other version',
    removed: after.unknown,
    required: fresh(after.missing, before.missing),
    changed: changedFields(documents, old, next),
    deprecated: fresh(after.deprecated, before.deprecated),
    keyed: newlyKeyed(documents, from, to),
  };
}

/** Fields whose type, or the type of an argument used, differs. */
function changedFields(documents: readonly DocumentNode[], old: SchemaText, next: SchemaText): readonly Finding[] {
  const changed: Finding[] = [];
  for (const [operation, own] of byOperation(documents)) {
    const { fields, args } = schemaUsage(old, [own]);
    for (const [type, names] of fields) {
      for (const name of names) {
        const [was, is] = [old.field(type, name), next.field(type, name)];
        if (!was || !is) continue;
        const note = (place: string, one: typeof was.type, other: typeof was.type): void => {
          if (print(one) !== print(other))
            changed.push({ operation, what: `${place}: ${print(one)} → ${print(other)}` });
        };
        note(`${type}.${name}`, was.type, is.type);
        for (const arg of args.get(`${type}.${name}`) ?? []) {
          const [one, other] = [was, is].map((field) => field.arguments?.find((each) => each.name.value === arg));
          if (one && other) note(`${type}.${name}(${arg}:)`, one.type, other.type);
        }
      }
    }
    for (const { what, one, other } of changedVariables(own, old, next)) {
      changed.push({ operation, what: `${what}: ${one} → ${other}` });
    }
  }
  return changed;
}

/** Fields of the variables' input objects that are removed, newly required, or of another type. */
function* changedVariables(
  document: DocumentNode,
  old: SchemaText,
  next: SchemaText,
): Generator<{ readonly what: string; readonly one: string; readonly other: string }> {
  const seen = new Set<string>();
  const open = document.definitions.flatMap((one) =>
    one.kind === 'OperationDefinition' ? (one.variableDefinitions ?? []).map(({ type }) => namedType(type)) : [],
  );
  for (let type = open.pop(); type !== undefined; type = open.pop()) {
    if (seen.has(type) || old.kind(type) !== 'input' || !next.has(type)) continue;
    seen.add(type);
    for (const name of new Set([...old.members(type).keys(), ...next.members(type).keys()])) {
      const [was, is] = [old.inputField(type, name), next.inputField(type, name)];
      if (was) open.push(namedType(was.type));
      const isOptional = is && (is.type.kind !== 'NonNullType' || is.defaultValue);
      const [one, other] = [was ? print(was.type) : 'nothing', is ? print(is.type) : 'nothing'];
      if (one !== other && !(was === undefined && isOptional)) yield { what: `${type}.${name}`, one, other };
    }
  }
}

/** Each operation as a separate document, with all fragments. */
function byOperation(documents: readonly DocumentNode[]): readonly (readonly [name: string, document: DocumentNode])[] {
  const all = documents.flatMap(({ definitions }) => definitions);
  const fragments = all.filter(({ kind }) => kind === 'FragmentDefinition');
  return all.flatMap((one) =>
    one.kind === 'OperationDefinition'
      ? [
          [
            one.name?.value ?? 'an operation without a name',
            { ...documents[0], definitions: [one, ...fragments] } as DocumentNode,
          ],
        ]
      : [],
  );
}

function newlyKeyed(documents: readonly DocumentNode[], from: string, to: string): readonly Finding[] {
  const [then, now] = [keyRules(from).required, keyRules(to).required];
  return byOperation(documents).flatMap(([operation, { definitions }]) => {
    const [first] = definitions;
    if (first?.kind !== 'OperationDefinition' || first.operation !== 'mutation') return [];
    return first.selectionSet.selections.flatMap((selection) => {
      const name = selection.kind === 'Field' ? selection.name.value : '';
      return now.includes(name) && !then.includes(name) ? [{ operation, what: `Mutation.${name}` }] : [];
    });
  });
}
