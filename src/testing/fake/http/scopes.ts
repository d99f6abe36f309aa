import { rootFields, rootType } from '../cost/selection.ts';
import type { PreparedOperation } from '../model.ts';
import { requiredScopes } from '../schema-tables.ts';
import type { DeniedField } from './answers.ts';

/** The first root field that the granted scopes do not open; `undefined` grants all. */
export function deniedField(
  operation: PreparedOperation,
  granted: ReadonlySet<string> | undefined,
): DeniedField | undefined {
  if (!granted) return undefined;
  const root = rootType(operation).name;
  const fields = rootFields(operation);
  for (const [key, [node]] of fields) {
    const field = node.name.value;
    const scopes = [...new Set(requiredScopes[`${root}.${field}`])];
    if (scopes.length > 0 && !scopes.some((scope) => isGranted(scope, granted))) {
      return { field, key, scopes, keys: [...fields.keys()] };
    }
  }
  return undefined;
}

/** Whether the granted scopes hold one; `undefined` grants all. A scope to write holds the scope to read. */
export function isGranted(scope: string, granted: ReadonlySet<string> | undefined): boolean {
  return !granted || granted.has(scope) || (scope.includes('read_') && granted.has(scope.replace('read_', 'write_')));
}
