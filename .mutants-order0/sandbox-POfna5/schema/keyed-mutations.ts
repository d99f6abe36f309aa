// @ts-nocheck
import { type KeyRules, keyRules } from '../src/graphql/schema-file.ts';

/** The source of the module that tells which versions the package carries. */
export function apiVersions(versions: readonly string[]): string {
  return `// Made by \`npm run schema\`: the API versions whose schemas the package carries, newest first.
export const schemaVersions: readonly string[] = [${versions.map((version) => `'${version}'`).join(', ')}];

/** The newest stable version, which the package's own operations and types are generated for. */
export const generatedApiVersion = '${versions[0]}';
`;
}

/**
 * The source of the module that tells the client which mutations take an idempotency key.
 *
 * @param texts The schemas of all versions, newest first.
 */
export function keyedMutations(texts: ReadonlyMap<string, string>): string {
  const since = new Map<string, string>();
  // The oldest version that takes a key is the last to say so.
  for (const [version, text] of texts) for (const name of namesIn(keyRules(text))) since.set(name, version);
  const names = [...since].sort(byName).map(([name, version]) => `  ['${name}', '${version}'],`);
  const paths = new Map([...texts.values()].reverse().flatMap(keyArguments));
  const keyed = [...paths].sort(byName).map(([name, path]) => `  ${name}: '${path}',`);
  return `// Made by \`npm run schema\` from Shopify's schemas ${[...texts.keys()].join(', ')}.

/**
 * Mutations that take \`@idempotent(key:)\`, each with the oldest API version of the package in which it does. Shopify
 * requires most of them from 2026-04.
 */
export const directiveMutations: ReadonlyMap<string, string> = new Map([
${names.join('\n')}
]);

/** Mutations that take their key as an argument: mutation → path of the key in its arguments. */
export const argumentMutations: Readonly<Record<string, string>> = {
${keyed.join('\n')}
};
`;
}

const namesIn = ({ required, optional }: KeyRules): readonly string[] => [...required, ...optional];

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number => (one < other ? -1 : 1);

/** Where the arguments of mutations have a key: mutation → path. */
function keyArguments(text: string): readonly (readonly [mutation: string, path: string])[] {
  const root = /^ {2}mutation: (\w+)$/m.exec(text)?.[1];
  const linesOf = (head: string): string => text.split(`\n${head} {\n`)[1]?.split('\n}')[0] ?? '';
  return linesOf(`type ${root}`)
    .split('\n')
    .flatMap((line) => {
      const [, mutation = '', args = ''] = /^ {2}(\w+)\((.*)\)/.exec(line) ?? [];
      return [...args.matchAll(/(\w+): \[*(\w+)/g)].flatMap(([, name = '', type = '']): [string, string][] => {
        if (name === 'idempotencyKey') return [[mutation, name]];
        const isNested = /^ {2}idempotencyKey:/m.test(linesOf(`input ${type}`));
        return isNested ? [[mutation, `${name}.idempotencyKey`]] : [];
      });
    });
}
