import type { IntrospectionQuery } from 'graphql';

/** Removes every description, and every deprecation reason (the flag stays). */
export function stripDescriptions(introspection: IntrospectionQuery): IntrospectionQuery {
  return JSON.parse(JSON.stringify(introspection), (key, value: unknown) => {
    if (key === 'description') return undefined;
    // graphql-js prints its default reason as a bare `@deprecated`.
    if (key === 'deprecationReason' && typeof value === 'string') return 'No longer supported';
    return value;
  }) as IntrospectionQuery;
}
