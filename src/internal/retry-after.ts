/**
 * Reads a `Retry-After` header: seconds, which Shopify sends as a decimal such as `2.0`, or an HTTP date.
 *
 * @returns Milliseconds from `nowMs`, never negative; `undefined` where the header is missing or makes no sense.
 */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse takes almost anything, so ask for what an HTTP date starts with: the name of a day.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
