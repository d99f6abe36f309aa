import type { PreparedOperation } from '../model.ts';
import { createRandom, hashText } from '../random.ts';
import { roundPoints } from './rule.ts';

/**
 * Charges that differ from the published rule, as Shopify's may: each operation by its own factor between
 * `1 - skew` and `1 + skew`, the same one for the same seed and name.
 */
export function skewedCharge(skew: number, seed: number): (operation: PreparedOperation, points: number) => number {
  return (operation, points) => {
    const luck = createRandom(seed ^ hashText(operation.name))();
    return roundPoints(points * (1 + (2 * luck - 1) * skew));
  };
}
