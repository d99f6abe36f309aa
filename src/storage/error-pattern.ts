/** Longest part of a message that is looked at, in UTF-16 units. */
const longestMessage = 1_000;

/** Longest pattern: enough to tell errors apart, short enough for a line of a table. */
const longestPattern = 200;

/** A single quote inside a word is an apostrophe, and quotes nothing. */
const singleQuoted = /(?<![\p{L}\p{N}])'(?:[^']|(?<=\p{L})'(?=\p{L}))*'(?![\p{L}\p{N}])/gu;

const placeholders: readonly (readonly [what: RegExp, placeholder: string])[] = [
  [/"[^"]*"|“[^”]*”|‘[^’]*’|«[^»]*»|`[^`]*`/g, '{text}'],
  [singleQuoted, '{text}'],
  [/gid:\/\/[^\s,;)]+/g, '{id}'],
  [/https?:\/\/[^\s,;)]+/g, '{url}'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[a-f]*\d)[0-9a-f]{16,}\b/gi, '{id}'],
  [/\d+(?:[.,:]\d+)*/g, '{number}'],
  [/\s+/g, ' '],
];

/**
 * The message of an error without what differs from product to product, so that errors which say the same can
 * be counted together: quoted texts become `{text}`, gids, UUIDs and long hexadecimal ids `{id}`, addresses
 * `{url}`, numbers `{number}`. At most 200 characters.
 *
 * @example
 * errorPattern("Title 'Tee' is longer than 255 characters"); // Title {text} is longer than {number} characters
 */
export function errorPattern(message: string): string {
  let pattern = message.slice(0, longestMessage);
  for (const [what, placeholder] of placeholders) pattern = pattern.replace(what, placeholder);
  return pattern.trim().slice(0, longestPattern).toWellFormed();
}
