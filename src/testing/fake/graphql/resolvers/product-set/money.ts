/** Shopify keeps amounts below this. */
const tooMuch = 1e15;

/** An amount as Shopify gives it back: with two decimals. `undefined` for what is negative or too large. */
export function amountFrom(value: string): string | undefined {
  const amount = Number(value);
  return amount >= 0 && amount < tooMuch ? amount.toFixed(2) : undefined;
}
