import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Gives options their new names, at any depth: `options({ answerWithinMs: 'respondWithinMs' })`. */
export const options = (names) => (called) => {
  const rename = (value) => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [names[key] ?? key, rename(inner)]));
  };
  return (...args) => called(...args.map(rename));
};

/**
 * What is called otherwise today. Scenarios say the names of the old commit: an export by its name, or by its entry too
 * where several entries have one of that name.
 *
 *     'createWebhookHandler': { entry: './webhooks', name: 'createWebhookHandler', adapt: options({ … }) }
 *
 * Each field may be left out; `adapt` gets the new export and gives what a scenario calls.
 */
const changed = {
  createWebhookHandler: { adapt: options({ answerWithinMs: 'ackTimeoutMs', keepForMs: 'dedupeTtlMs' }) },
};

const names = JSON.parse(readFileSync(fileURLToPath(new URL('rename-map.json', import.meta.url)), 'utf8')).names;

/** The package in a folder by the names of the old commit, each entry loaded by the package's own `exports`. */
export async function loadPackage(side, folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const loaded = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'object' && target.default) {
      loaded[entry] = await import(pathToFileURL(join(folder, target.default)).href);
    }
  }
  const find = (name, entry) => {
    const entries = entry ? [entry] : Object.keys(loaded);
    const at = entries.find((candidate) => loaded[candidate] && name in loaded[candidate]);
    if (at === undefined) throw new Error(`the ${side} package exports no ${name}; see the table in adapter.mjs`);
    return loaded[at][name];
  };
  const get = (name, entry) => {
    const change = side === 'new' ? (changed[entry ? `${entry} ${name}` : name] ?? {}) : {};
    const today = side === 'new' ? (names[name] ?? name) : name;
    const found = find(change.name ?? today, change.entry ?? entry);
    return change.adapt ? change.adapt(found) : found;
  };
  return {
    side,
    get,
    /** A value that an option or argument has, in the words of this side. */
    word: (value) => (side === 'new' ? (names[value] ?? value) : value),
  };
}
