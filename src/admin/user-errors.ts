import type { UserErrorEntry } from '../errors/graphql.ts';
import { redactText } from '../errors/redact.ts';
import { isRecord } from '../internal/json.ts';

/** The user errors that a mutation's payload holds under a key. A document may select any part of them. */
export function userErrorEntries(payload: unknown, key: string): readonly UserErrorEntry[] {
  const entries = isRecord(payload) ? payload[key] : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown): UserErrorEntry => {
    const { message, field, code, ...rest } = isRecord(entry) ? entry : {};
    return {
      ...rest,
      message: typeof message === 'string' ? redactText(message) : 'no message was selected',
      ...(Array.isArray(field) && { field: field.map(String) }),
      ...(field === null && { field }),
      ...((typeof code === 'string' || code === null) && { code }),
    };
  });
}

/** One user error for a message: its field, or `input`, and what is wrong with it. */
export function userErrorText({ field, message, code }: UserErrorEntry): string {
  const what = code ? `${message} (${code})` : message;
  return `${field?.join('.') || 'input'}: ${what}`;
}
