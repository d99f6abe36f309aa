import { type Finding, quote } from './issues.ts';
import { cellOf, fold, type OptionTable, readOptions } from './option-table.ts';
import { maxOptions } from './product-draft.ts';

/** Errors in how the variants of a product are told apart by its options. */
export function optionErrors(product: unknown): Finding[] {
  const table = readOptions(product);
  const tooMany = tooManyNames(table);
  // With too many names, what each variant lacks would be said thousands of times over.
  const perVariant = tooMany.length > 0 ? [] : [...missingValues(table), ...repeatedCombinations(table)];
  return [...tooMany, ...repeatedNames(table), ...strangeNames(table), ...perVariant];
}

const listOf = (names: Iterable<string>): string =>
  [...names]
    .slice(0, 2 * maxOptions)
    .map(quote)
    .join(', ');

function tooManyNames({ names }: OptionTable): Finding[] {
  if (names.size <= maxOptions) return [];
  const message = `are ${names.size} (${listOf(names.values())}), and Shopify takes ${maxOptions}: join some, or move them to the title`;
  return [{ code: 'options-too-many', path: ['options'], message }];
}

function repeatedNames({ listed = [] }: OptionTable): Finding[] {
  const seen = new Set(['']);
  return listed.flatMap((name, index): Finding[] => {
    const folded = fold(name);
    const repeated = folded !== '' && seen.has(folded);
    seen.add(folded);
    const message = 'is listed twice: take one out';
    return repeated ? [{ code: 'option-name-duplicate', path: ['options', index], message }] : [];
  });
}

/** Names that are blank, that a variant has twice, or that the product does not list. */
function strangeNames({ names, listed, rows }: OptionTable): Finding[] {
  return rows.flatMap((row = [], index) => {
    const seen = new Set<string>();
    return row.flatMap(({ key, folded }): Finding[] => {
      const path = ['variants', index, 'options', key];
      const repeated = seen.has(folded);
      seen.add(folded);
      if (folded === '') {
        return [{ code: 'option-name-missing', path, message: 'has a blank name: call it what it is, such as "Size"' }];
      }
      if (repeated) {
        return [{ code: 'option-name-duplicate', path, message: 'is there twice, in two spellings: take one out' }];
      }
      if (listed === undefined || names.has(folded)) return [];
      const message = `is not among the product's options (${listOf(names.values())}): list it there or take it out`;
      return [{ code: 'option-unknown', path, message }];
    });
  });
}

const blank = { value: '' };

/** Variants without a value for an option of the product. */
function missingValues({ names, rows }: OptionTable): Finding[] {
  if (names.size === 0 && rows.length > 1 && rows.every((row) => row?.length === 0)) {
    const message = `have no options, so all ${rows.length} are the same thing: give each its own, such as { "Size": "M" }`;
    return [{ code: 'options-missing', path: ['variants'], message }];
  }
  const unused = [...names].filter(([folded]) => rows.length > 0 && rows.every((row) => row && !cellOf(row, folded)));
  const findings: Finding[] = unused.map(([, name]) => ({
    code: 'option-unused',
    path: ['options'],
    message: `lists ${quote(name)}, for which no variant has a value: give each variant one, or take the name out`,
  }));
  const used = [...names].filter(([folded]) => !unused.some(([other]) => other === folded));
  for (const [index, row] of rows.entries()) {
    const missing = used
      .filter(([folded]) => row && (cellOf(row, folded) ?? blank).value === '')
      .map(([, name]) => name);
    if (missing.length === 0) continue;
    const message = `lack ${listOf(missing)}: every variant needs a value for every option of the product`;
    findings.push({ code: 'option-value-missing', path: ['variants', index, 'options'], message });
  }
  return findings;
}

/** Variants with the same value for every option as one before them. */
function repeatedCombinations({ names, rows }: OptionTable): Finding[] {
  const firstIndex = new Map<string, number>();
  return rows.flatMap((row, index): Finding[] => {
    const values = [...names.keys()].map((folded) => cellOf(row, folded)?.value ?? '');
    if (values.length === 0 || values.includes('')) return [];
    const combination = JSON.stringify(values.map(fold));
    const first = firstIndex.get(combination);
    if (first === undefined) {
      firstIndex.set(combination, index);
      return [];
    }
    const message = `are ${listOf(values)} like those of variants[${first}] (case does not count): change one, or take it out`;
    return [{ code: 'options-duplicate', path: ['variants', index, 'options'], message }];
  });
}
