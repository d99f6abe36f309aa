// @ts-nocheck
import { type Issue, ValidationError } from '../errors/errors.ts';
import { stringifyExactJson } from '../internal/json.ts';

/**
 * Writes down what a call sends, at the moment of the call: the host may change its objects while the call waits for
 * points, and a second send must say what the first one said. What JSON would leave out or turn into something else is
 * refused, with its path: `NaN` would arrive as null, a `Map` as an empty object.
 *
 * @param field Name of the value, such as `variables`.
 * @param bigints Whether a `bigint` is written as the number it is; else it is refused.
 * @throws ValidationError, without a word of what the value holds.
 */
export function writeJson(field: string, value: object, bigints: boolean): string {
  const issues: Issue[] = [];
  let text: string | undefined;
  try {
    inspect(value, { field, depth: 0, bigints, issues });
    if (issues.length === 0) text = bigints ? stringifyExactJson(value) : JSON.stringify(value);
  } catch {
    // It holds itself, or a host's `toJSON` or getter throws, which can be anything: it is not repeated.
  }
  if (text !== undefined) return text;
  if (issues.length === 0)
    issues.push({ field, message: 'holds itself, is nested too deep, or fails to be written as JSON.' });
  throw new ValidationError('The call is invalid', { issues });
}

interface Place {
  readonly field: string;
  readonly depth: number;
  readonly bigints: boolean;
  readonly issues: Issue[];
}

const deepest = 500;

/** More of them would say nothing new. */
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
    // Some hosts teach bigints to be text.
    if (!bigints && !('toJSON' in BigInt.prototype)) refuse('is a bigint. Give it as text.');
  } else if (typeof value === 'function' || typeof value === 'symbol') {
    refuse(`is a ${typeof value}, which JSON leaves out.`);
  }
}

function inspectObject(value: object, place: Place, refuse: (message: string) => unknown): void {
  const inside = (step: string): Place => ({ ...place, field: place.field + step, depth: place.depth + 1 });
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      // Holes of a list count too.
      if (value[at] === undefined) refuse(`has undefined at [${at}], which JSON turns into null.`);
      else inspect(value[at], inside(`[${at}]`));
    }
    return;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    const written: unknown = value.toJSON('');
    if (written === undefined || written === null)
      refuse('is written as nothing by its toJSON, as an invalid date is.');
    else if (written !== value) inspect(written, inside(''));
    return;
  }
  const names = Object.keys(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (Symbol.iterator in value || value instanceof Error || (!isPlain && names.length === 0)) {
    refuse(
      `is of class ${value.constructor?.name}, whose content JSON leaves out. Give a plain object, a list or a text.`,
    );
    return;
  }
  for (const name of names) {
    // A name that is no field's can be anything, a customer's address included.
    inspect((value as Record<string, unknown>)[name], inside(/^\w+$/.test(name) ? `.${name}` : '[…]'));
  }
}
