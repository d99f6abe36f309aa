import type { SideTables } from './side-tables.ts';

/** The source of the module that tells the client which mutations take an idempotency key. */
export function keyedMutations(tables: SideTables): string {
  const names = tables.idempotentDirective.map((name) => `  '${name}',`).join('\n');
  const paths = Object.entries(tables.idempotencyArgument)
    .map(([name, path]) => `  ${name}: '${path}',`)
    .join('\n');
  return `// Made by \`npm run schema\` from the descriptions of Shopify's schema ${tables.version}.

/** Mutations that take \`@idempotent(key:)\`, which Shopify requires from API version 2026-04. */
export const directiveMutations: ReadonlySet<string> = new Set([
${names}
]);

/** Mutations that take their key as an argument: mutation → path of the key in its arguments. */
export const argumentMutations: Readonly<Record<string, string>> = {
${paths}
};
`;
}
