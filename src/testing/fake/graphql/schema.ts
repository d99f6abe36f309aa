import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { limitScalars } from './scalars.ts';

/** Builds once what is asked for, when it is first asked for. */
function once<T>(build: () => T): () => T {
  let built: { readonly value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}

/**
 * The Admin schema 2026-10 that the package carries. Built on the first call, in about a third of a
 * second, and kept for the process.
 */
export const loadAdminSchema: () => GraphQLSchema = once(() => {
  const file = createRequire(import.meta.url).resolve('shopwright/schema/admin-2026-10.graphql');
  const schema = buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true, assumeValid: true, noLocation: true });
  return limitScalars(schema);
});
