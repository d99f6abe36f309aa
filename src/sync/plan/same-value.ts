import { hasOptionOrder } from './option-order.ts';
import { type FactValue, pairsKey } from './product-facts.ts';

const prices: ReadonlySet<string> = new Set(['price', 'compareAtPrice', 'cost']);

/** Whether two values are the same to Shopify, which trims text and stores no empty text. */
export function isSameValue(field: string, a: FactValue, b: FactValue): boolean {
  if (a === b) return true;
  if (field === 'options') return pairsKey(a) === pairsKey(b);
  if (field === 'optionOrder') return hasOptionOrder(a, b);
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return true;
  return prices.has(field) && left !== '' && right !== '' && Math.abs(Number(left) - Number(right)) < 0.005;
}

const textOf = (value: FactValue): string =>
  typeof value === 'string' ? value.trim() : value === null ? '' : JSON.stringify(value);
