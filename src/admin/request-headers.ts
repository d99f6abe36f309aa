import { ValidationError } from '../errors/errors.ts';

/**
 * A caller's headers with their names in lower case, so that one spelling does not come to stand beside another.
 *
 * @throws ValidationError for a name or value that cannot be sent, without the value.
 */
export function requestHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const checked = Object.entries(headers).map(([name, value]) => {
    try {
      new Headers([[name, value]]);
    } catch {
      const message = 'cannot be sent. Header names are plain letters and hyphens, values have no line breaks.';
      throw new ValidationError('The call', [{ field: `headers[${JSON.stringify(name)}]`, message }]);
    }
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(checked);
}
