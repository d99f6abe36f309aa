import type { ArgumentNode, ConstValueNode, OperationDefinitionNode, ValueNode } from 'graphql';

/** Variables as sent, and the defaults of those that were not. */
export interface Variables {
  readonly given: Readonly<Record<string, unknown>>;
  readonly defaults: ReadonlyMap<string, ConstValueNode>;
  /** Hears of each variable that counts, with its value as given. */
  readonly onRead?: ((name: string, value: unknown) => void) | undefined;
}

/** A variable as given, and never what every object has by birth. */
export function givenValue(given: Variables['given'], name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

/** What the variables of an operation stand for. */
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

/** The value of an argument by name; `undefined` where it is not given. */
export function argumentOf(args: readonly ArgumentNode[] | undefined, name: string, variables: Variables): unknown {
  const argument = args?.find((candidate) => candidate.name.value === name);
  return argument && valueIn(argument.value, variables);
}

function valueIn(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case 'Variable': {
      const name = node.name.value;
      const given = givenValue(variables.given, name);
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

/** Entries at the end of a path, lists on the way gone through. A single value counts as a list of one. */
export function countEntries(value: unknown, path: readonly string[]): number {
  if (value === undefined || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + countEntries(entry, path), 0);
  const [field, ...rest] = path;
  if (field === undefined) return 1;
  return typeof value === 'object' ? countEntries(Reflect.get(value, field), rest) : 0;
}
