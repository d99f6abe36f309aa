const decimalPattern = /^-?\d+(\.\d+)?$/;

/**
 * Decimal text without exponent: text is trimmed and otherwise kept digit for digit, a number is
 * written as the shortest text that means it. `undefined` where the value is no decimal number.
 */
export function toDecimalText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const text = value.trim();
    return decimalPattern.test(text) ? text : undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : expandSmall(text);
}

/** `1.5e-7` → `0.00000015`. JavaScript writes fractions below 10^-6 so. */
function expandSmall(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}

/** Whether decimal text means more than zero, however small. */
export function isPositiveDecimal(text: string): boolean {
  return !text.startsWith('-') && /[1-9]/.test(text);
}
