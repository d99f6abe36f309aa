/** Shopify's tokens and secrets all start with one of these prefixes. */
const secretPattern = /\bshp(?:at|ca|pa|ss|ua|tka|rt)_[A-Za-z0-9_-]+|\batkn_[A-Za-z0-9_.-]+/g;
const secretHeaders = new Set(['x-shopify-access-token', 'authorization', 'cookie', 'set-cookie']);

const placeholder = '[redacted]';

/** Replaces whatever looks like a Shopify token or secret. */
export function redactText(text: string): string {
  return text.replace(secretPattern, placeholder);
}

/** Header values fit to be logged: those that carry credentials are replaced. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secretHeaders.has(name.toLowerCase()) ? placeholder : redactText(value),
    ]),
  );
}
