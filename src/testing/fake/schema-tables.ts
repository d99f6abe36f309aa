import { createRequire } from 'node:module';

/** What the schema's types do not say: `npm run schema` reads it from descriptions and from the table of scopes. */
interface SideTables {
  readonly inputCosts: Readonly<Record<string, number>>;
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly idempotentDirective: readonly string[];
}

// Read from the package, not imported: a bundler would put a second copy into `dist`.
const tables = createRequire(import.meta.url)('shopwright/schema/admin-2026-10.json') as SideTables;

/** Points an input field adds for each entry: `Type.field` → points. */
export const inputCosts: Readonly<Record<string, number>> = tables.inputCosts;

/** Scopes of a root field, any one of which opens it: `QueryRoot.field` or `Mutation.field` → scopes. */
export const requiredScopes: Readonly<Record<string, readonly string[]>> = tables.scopes;

/** Mutations that demand `@idempotent(key:)`. */
export const keyedMutations: ReadonlySet<string> = new Set(tables.idempotentDirective);
