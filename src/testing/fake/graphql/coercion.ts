import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type ValueNode,
} from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { inDeclaredOrder } from './declared-order.ts';
import { isGid } from './gid.ts';

/** What is wrong at one place of a variable's value, in the words of graphql-ruby, which Shopify runs. */
export interface ValueProblem {
  readonly path: readonly (string | number)[];
  readonly explanation: string;
  /** Repeats the explanation, where a scalar of Shopify's own refuses a value. */
  readonly message?: string;
}

/** All that is wrong with the value of a variable. */
export function valueProblems(value: unknown, type: GraphQLInputType): readonly ValueProblem[] {
  const problems: ValueProblem[] = [];
  collectProblems(value, type, [], problems);
  return problems;
}

const isMissing = 'Expected value to not be null';

function collectProblems(
  value: unknown,
  type: GraphQLInputType,
  path: ValueProblem['path'],
  problems: ValueProblem[],
): void {
  if (value == null) {
    if (isNonNullType(type)) problems.push({ path, explanation: isMissing });
    return;
  }
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) collectProblems(item, nullable.ofType, [...path, index], problems);
  } else if (isInputObjectType(nullable)) collectObjectProblems(value, nullable, path, problems);
  else if (isEnumType(nullable)) {
    if (typeof value !== 'string' || !nullable.getValue(value)) {
      const names = inDeclaredOrder(
        nullable.name,
        nullable.getValues().map(({ name }) => name),
      );
      problems.push({ path, explanation: `Expected ${JSON.stringify(value)} to be one of: ${names.join(', ')}` });
    }
  } else {
    const problem = scalarProblem(nullable, value);
    if (problem) problems.push({ path, ...problem });
  }
}

/** Fields that are given come first, in their order, then those that are missing. */
function collectObjectProblems(
  value: unknown,
  type: GraphQLInputObjectType,
  path: ValueProblem['path'],
  problems: ValueProblem[],
): void {
  if (!isRecord(value)) {
    problems.push({ path, explanation: `Expected ${JSON.stringify(value)} to be a key-value object.` });
    return;
  }
  const fields = type.getFields();
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined);
  for (const [name, entry] of given) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field) collectProblems(entry, field.type, [...path, name], problems);
    else problems.push({ path: [...path, name], explanation: `Field is not defined on ${type.name}` });
  }
  const missing = Object.values(fields).filter(
    (field) => isRequiredInputField(field) && value[field.name] === undefined,
  );
  for (const name of inDeclaredOrder(
    type.name,
    missing.map((field) => field.name),
  )) {
    problems.push({ path: [...path, name], explanation: isMissing });
  }
  const reason = type.isOneOf ? oneOfReason(given) : undefined;
  if (reason) problems.push({ path, explanation: `'${type.name}' requires exactly one argument, but ${reason}.` });
}

function oneOfReason(given: readonly (readonly [string, unknown])[]): string | undefined {
  const [only] = given;
  if (given.length !== 1 || !only) return `${given.length} were provided`;
  return only[1] === null ? `'${only[0]}' was \`null\`` : undefined;
}

type ScalarProblem = Pick<ValueProblem, 'explanation' | 'message'>;

/** Why a scalar refuses a value; `undefined` where it takes it. */
function scalarProblem(type: GraphQLScalarType, value: unknown): ScalarProblem | undefined {
  const own = ownWords[type.name]?.(value);
  if (own !== undefined) return { explanation: own, message: own };
  return isTaken(type, value)
    ? undefined
    : { explanation: `Could not coerce value ${JSON.stringify(value)} to ${type.name}` };
}

/** Scalars that say themselves what is wrong with a text. */
const ownWords: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  ID: (value) =>
    (typeof value === 'string' || Number.isInteger(value)) && !isGid(String(value))
      ? `Invalid global id '${value}'`
      : undefined,
  Decimal: (value) => {
    const isNumber = typeof value !== 'string' || /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value.trim());
    return isNumber ? undefined : `invalid decimal '${value}'`;
  },
  UnsignedInt64: (value) => {
    const text = String(value);
    if (!/^[+-]?\d+$/.test(text)) return `UnsignedInt64 invalid value '${text}'`;
    return BigInt(text) < 0n || BigInt(text) >= 2n ** 64n ? `UnsignedInt64 '${text}' is out of range` : undefined;
  },
  URL: (value) => (typeof value === 'string' ? urlProblem(value) : undefined),
};

function urlProblem(value: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(value)) return `Invalid url '${value}', missing scheme`;
  if (/^[a-z][a-z0-9+.-]*:(?:\/\/)?$/i.test(value)) return `Invalid url '${value}', missing host`;
  return URL.canParse(value) ? undefined : `Invalid url '${value}'`;
}

function isTaken(type: GraphQLScalarType, value: unknown): boolean {
  switch (type.name) {
    case 'String':
      return typeof value === 'string';
    case 'Boolean':
      return typeof value === 'boolean';
    case 'ID':
      return typeof value === 'string' || Number.isInteger(value);
    default:
      try {
        return type.coerceInputValue(value) !== undefined;
      } catch {
        // A scalar refuses by throwing; what it says is said by `scalarProblem`, in Shopify's words.
        return false;
      }
  }
}

/** Why a literal can't stand where a type is wanted. */
export interface LiteralProblem {
  /** The message of one of Shopify's own scalars. Otherwise the message depends on the place of the literal. */
  readonly message?: string;
}

/**
 * The first thing that is wrong with a literal; `undefined` where it fits. What a variable in it holds is not known
 * yet.
 */
export function literalProblem(node: ValueNode, type: GraphQLInputType): LiteralProblem | undefined {
  if (node.kind === Kind.NULL) return isNonNullType(type) ? {} : undefined;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    for (const item of node.kind === Kind.LIST ? node.values : [node]) {
      const problem = literalProblem(item, nullable.ofType);
      if (problem) return problem;
    }
    return undefined;
  }
  if (node.kind === Kind.VARIABLE) return undefined;
  if (isEnumType(nullable)) return node.kind === Kind.ENUM && nullable.getValue(node.value) ? undefined : {};
  if (isInputObjectType(nullable)) {
    if (node.kind !== Kind.OBJECT) return {};
    const fields = nullable.getFields();
    const given = new Set(node.fields.map(({ name }) => name.value));
    if (Object.values(fields).some((field) => isRequiredInputField(field) && !given.has(field.name))) return {};
    for (const { name, value } of node.fields) {
      const field = fields[name.value];
      const problem = field ? literalProblem(value, field.type) : {};
      if (problem) return problem;
    }
    return undefined;
  }
  if (node.kind === Kind.ENUM) return {};
  const problem = scalarProblem(nullable, plainValue(node));
  return problem && (problem.message === undefined ? {} : { message: problem.message });
}

/** The value of a literal without variables. */
function plainValue(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map(plainValue);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, plainValue(value)]));
    case Kind.VARIABLE:
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}

/** A literal as graphql-ruby writes it: `{a: 1, b: [X]}`. */
export function printedLiteral(node: ValueNode): string {
  switch (node.kind) {
    case Kind.LIST:
      return `[${node.values.map(printedLiteral).join(', ')}]`;
    case Kind.OBJECT:
      return `{${node.fields.map(({ name, value }) => `${name.value}: ${printedLiteral(value)}`).join(', ')}}`;
    case Kind.VARIABLE:
      return `$${node.name.value}`;
    case Kind.NULL:
      return 'null';
    case Kind.STRING:
      return JSON.stringify(node.value);
    default:
      return String(node.value);
  }
}
