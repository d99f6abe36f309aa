/** Shopify's tokens and secrets all start with one of these prefixes. */
const secretPattern = /\bshp(?:at|ca|pa|ss|ua|tka|rt)_[A-Za-z0-9_-]+|\batkn_[A-Za-z0-9_.-]+/g;

/** Replaces whatever looks like a Shopify token or secret. */
export function redactText(text: string): string {
  return text.replace(secretPattern, '[redacted]');
}
