import { type Issue, ValidationError } from '../errors/errors.ts';
import { stringifyExactJson } from '../internal/json.ts';

/**
 * Serializes what a call sends, at the moment of the call: the host may change its objects while the call waits for
 * points, and a second send must equal the first. Values that JSON would omit or change are refused, with their path:
 * `NaN` would arrive as null, a `Map` as an empty object.
 *
 * @param field Name of the value, such as `variables`.
 * @param bigints Whether a `bigint` is written as a number; otherwise it is refused.
 * @throws ValidationError, which does not reveal the value.
 */
export function writeJson(field: string, value: object, bigints: boolean): string {
  const issues: Issue[] = [];
  let text: string | undefined;
  try {
    inspect(value, { field, depth: 0, bigints, issues });
    if (issues.length === 0) text = bigints ? stringifyExactJson(value) : JSON.stringify(value);
  } catch {
    // The value contains itself, or a host's `toJSON` or getter throws. That error can contain anything, so it is not
    // quoted.
  }
  if (text !== undefined) return text;
  if (issues.length === 0)
    issues.push({ field, message: 'contains itself, is nested too deep, or cannot be written as JSON.' });
  throw new ValidationError('The call is invalid', { issues });
}

interface Place {
  readonly field: string;
  readonly depth: number;
  readonly bigints: boolean;
  readonly issues: Issue[];
}

const deepest = 500;

/** More issues would not help. */
const mostIssues = 10;

function inspect(value: unknown, place: Place): void {
  const { field, depth, bigints, issues } = place;
  const refuse = (message: string): unknown => issues.length < mostIssues && issues.push({ field, message });
  if (typeof value === 'object' && value !== null) {
    if (depth > deepest) throw new RangeError('too deep');
    inspectObject(value, place, refuse);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(`is ${value}, which JSON turns into null.`);
  } else if (typeof value === 'bigint') {
    // Some hosts define how bigints become text.
    if (!bigints && !('toJSON' in BigInt.prototype)) refuse('is a bigint. Pass it as text.');
  } else if (typeof value === 'function' || typeof value === 'symbol') {
    refuse(`is a ${typeof value}, which JSON omits.`);
  }
}

function inspectObject(value: object, place: Place, refuse: (message: string) => unknown): void {
  const inside = (step: string): Place => ({ ...place, field: place.field + step, depth: place.depth + 1 });
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      // Holes in a list count too.
      if (value[at] === undefined) refuse(`has undefined at [${at}], which JSON turns into null.`);
      else inspect(value[at], inside(`[${at}]`));
    }
    return;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    const written: unknown = value.toJSON('');
    if (written === undefined || written === null)
      refuse('has a toJSON that returns nothing, as an invalid date does.');
    else if (written !== value) inspect(written, inside(''));
    return;
  }
  const names = Object.keys(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (Symbol.iterator in value || value instanceof Error || (!isPlain && names.length === 0)) {
    refuse(`is of class ${value.constructor?.name}, whose content JSON omits. Pass a plain object, list or text.`);
    return;
  }
  for (const name of names) {
    // A name that is not a plain word can be anything, even a customer's address.
    inspect((value as Record<string, unknown>)[name], inside(/^\w+$/.test(name) ? `.${name}` : '[…]'));
  }
}
