import { createHash } from 'node:crypto';
import { shopNameOf } from '../../config/shop-domain.ts';
import type { Issue } from '../../errors/errors.ts';
import { unknownNames } from '../../internal/names.ts';

/**
 * Which part of its products a run pushes.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @example
 * await sync.pushMany(products, { rollout: { percent: 5, salt: 'new-descriptions' } });
 */
export interface Rollout {
  /** Percentage of products that take part: 0 to 100, decimals allowed. A higher number only adds products. */
  readonly percent: number;
  /** A name for the rollout: another name selects other products. Default: the empty string. */
  readonly salt?: string;
  /** Shops that take part, such as `acme` or `acme.myshopify.com`; other shops do not. Default: all shops. */
  readonly shops?: readonly string[];
}

const rolloutNames: Record<keyof Rollout, true> = { percent: true, salt: true, shops: true };

/**
 * Whether a product takes part in a rollout. For the same product, shop and salt, the result is the same in every
 * process and release. A product that takes part at one percentage also does at every higher one.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @example
 * const isNew = inRollout({ percent: 10, salt: 'prices' }, { shop: 'acme.myshopify.com', localId: 'tee-1' });
 */
export function inRollout(
  { percent, salt = '', shops }: Rollout,
  { shop, localId }: { readonly shop: string; readonly localId: string },
): boolean {
  const domain = shopNameOf(shop);
  if (shops && !shops.some((one) => shopNameOf(one) === domain)) return false;
  return placeOf(domain, localId, salt) < percent;
}

/** The position of a product among all: from 0 to less than 100, evenly distributed. */
function placeOf(shop: string, localId: string, salt: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([shop, localId, salt]))
    .digest();
  return (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
}

/** Validates the option `rollout`. */
export function rolloutIssues(rollout: Rollout | undefined): readonly Issue[] {
  if (rollout === undefined) return [];
  if (typeof rollout !== 'object' || rollout === null)
    return [{ field: 'rollout', message: 'must be an object, such as { percent: 5 }.' }];
  const { percent, salt, shops } = rollout;
  const issues: Issue[] = [...unknownNames(rollout, rolloutNames, 'rollout.')];
  if (!(typeof percent === 'number' && percent >= 0 && percent <= 100))
    issues.push({ field: 'rollout.percent', message: 'must be a number from 0 to 100.' });
  if (salt !== undefined && typeof salt !== 'string')
    issues.push({ field: 'rollout.salt', message: 'must be a string.' });
  if (shops !== undefined && !(Array.isArray(shops) && shops.every((shop) => typeof shop === 'string')))
    issues.push({ field: 'rollout.shops', message: 'must be a list of shops, such as ["acme.myshopify.com"].' });
  return issues;
}
