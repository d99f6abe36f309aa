import type { z } from 'zod';
import { fieldName, kindOf, type ValidationIssue } from './issues.ts';
import type { FieldProblem } from './schema.ts';

/** What to do about a field that is not there. */
const mends: Partial<Record<string, string>> = {
  localId: 'give the product the id it has in your own system',
  title: 'give the product a name',
  variants: 'a product needs at least one variant',
  sku: 'give each variant its own',
  url: 'give the whole address, starting with https://',
};

/** What zod found, in this package's words. The issues must have been made with `reportInput`. */
export function fromZodIssue(issue: z.core.$ZodIssue): ValidationIssue {
  const own = issue.code === 'custom' ? issue.params : undefined;
  const problem = problemOf(issue);
  return {
    severity: 'error',
    code: typeof own?.code === 'string' ? own.code : `${leafName(issue.path)}-${problem}`,
    field: fieldName(issue.path),
    message: messageOf(issue, problem),
  };
}

function problemOf(issue: z.core.$ZodIssue): FieldProblem {
  if (issue.code === 'too_small') return 'missing';
  if (issue.code === 'too_big') return 'too-many';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'missing';
  return issue.code === 'custom' && issue.params?.problem ? issue.params.problem : 'invalid';
}

function messageOf(issue: z.core.$ZodIssue, problem: FieldProblem): string {
  if (problem === 'missing' && issue.code !== 'custom') {
    const leaf = issue.path.at(-1);
    return `is ${issue.code === 'too_small' ? 'empty' : 'missing'}: ${mends[String(leaf)] ?? 'fill it in'}`;
  }
  if (issue.code === 'too_big') {
    return `holds ${Object(issue.input).length} entries, and Shopify takes ${issue.maximum}: leave some out`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return wrongType(issue);
  return issue.message;
}

function wrongType({ expected, input, path }: z.core.$ZodIssueInvalidType): string {
  const wanted: Partial<Record<string, string>> = { string: 'text', boolean: 'true or false', array: 'a list' };
  const wrong = `must be ${wanted[expected] ?? 'an object'}, but is ${kindOf(input)}`;
  if (input === null && path.length > 0) return `${wrong}: leave it out where there is none`;
  return typeof input === 'number' && expected === 'string' ? `${wrong}: put it in quotes` : wrong;
}

/** The last name on a path, as a part of a code: `compareAtPrice` → `compare-at-price`. */
function leafName(path: readonly PropertyKey[]): string {
  // An option's name comes from the data; codes do not.
  const withinOptions = path.includes('options') && path.at(-1) !== 'options';
  const named = withinOptions ? ['option'] : path.filter((key) => typeof key === 'string');
  return (named.at(-1) ?? 'product').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
