import { ValidationError } from '../errors/errors.ts';

/**
 * Writes variables down at the moment of the call: the host may change its objects while the call waits for
 * points, and a second send must say what the first one said.
 *
 * @throws ValidationError where they are no JSON, before anything is sent.
 */
export function variablesText(variables: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(variables);
  } catch {
    // What a `toJSON` of the host throws can hold anything: it is not told on.
  }
  if (text !== undefined) return text;
  const message = 'cannot be written as JSON. Give bigints as texts, and no object that holds itself.';
  throw new ValidationError('The call', [{ field: 'variables', message }]);
}

/** The body of a GraphQL request. `variables` are JSON already. */
export function requestBody(query: string, variables: string, operationName: string | undefined): string {
  const given = variables === '{}' ? '' : `,"variables":${variables}`;
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)}${given}${name}}`;
}
