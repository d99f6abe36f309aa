import { type Finding, quote } from './issues.ts';
import { firstSpellings, fold, isObject, readOptions, variantsOf } from './option-table.ts';
import type { ProductDraft } from './product-draft.ts';

/**
 * One spelling for each option name and value, the first: Shopify takes `red` and `Red` for one value
 * and refuses a product that lists both. Also fills in the list of option names.
 */
export function unifySpelling(draft: ProductDraft): ProductDraft {
  const { names } = readOptions(draft);
  if (names.size === 0) {
    const { options: _empty, ...rest } = draft;
    return rest;
  }
  const spelled = spellingsOf(draft, names.keys());
  const variants = draft.variants.map((variant) => ({
    ...variant,
    options: Object.fromEntries(
      Object.entries(variant.options).map(([name, value]) => {
        const folded = fold(name);
        return [names.get(folded) ?? name, spelled.get(folded)?.get(fold(value)) ?? value];
      }),
    ),
  }));
  return { ...draft, options: [...names.values()], variants };
}

/** A warning for each option name or value that is written in more than one way, where it is first. */
export function spellingWarnings(product: unknown): Finding[] {
  const { names } = readOptions(product);
  const spelled = spellingsOf(product, names.keys());
  const told = new Set<string>();
  const findings: Finding[] = [];
  const compare = (written: string, first: string | undefined, path: Finding['path']): void => {
    if (first === undefined || written === first) return;
    const about = JSON.stringify([path.at(-1), written]);
    if (told.has(about)) return;
    told.add(about);
    const message = `is written ${quote(written)} here and ${quote(first)} elsewhere, which Shopify takes for the same: the latter is sent`;
    findings.push({ code: 'option-spelling', path, message });
  };
  for (const [index, variant] of variantsOf(product).entries()) {
    for (const [name, value] of textOptionsOf(variant)) {
      const path = ['variants', index, 'options', name];
      compare(name.trim(), names.get(fold(name)), path);
      compare(value.trim(), spelled.get(fold(name))?.get(fold(value)), path);
    }
  }
  return findings;
}

function textOptionsOf(variant: unknown): [string, string][] {
  const options = isObject(variant) && isObject(variant.options) ? Object.entries(variant.options) : [];
  return options.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** For each folded option name, the first spelling of each of its values. */
function spellingsOf(product: unknown, names: Iterable<string>): Map<string, Map<string, string>> {
  const values = new Map([...names].map((folded): [string, string[]] => [folded, []]));
  for (const variant of variantsOf(product)) {
    for (const [name, value] of textOptionsOf(variant)) values.get(fold(name))?.push(value);
  }
  return new Map([...values].map(([folded, texts]) => [folded, firstSpellings(texts)]));
}
