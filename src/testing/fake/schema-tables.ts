import tables from '../../../schema/admin-2026-10.json' with { type: 'json' };

/** Points an input field adds for each entry: `Type.field` → points. */
export const inputCosts: Readonly<Record<string, number>> = tables.inputCosts;

/** Scopes of a root field, any one of which opens it: `QueryRoot.field` or `Mutation.field` → scopes. */
export const requiredScopes: Readonly<Record<string, readonly string[]>> = tables.scopes;

/** Mutations that demand `@idempotent(key:)`. */
export const keyedMutations: ReadonlySet<string> = new Set(tables.idempotentDirective);
