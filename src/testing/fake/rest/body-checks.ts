import { listOf } from './input-values.ts';
import { notSimulated, type RestReply, unprocessable } from './replies.ts';
import type { Json } from './types.ts';

const statuses: readonly unknown[] = ['active', 'archived', 'draft', 'unlisted', undefined, null];
const policies: readonly unknown[] = ['deny', 'continue', undefined, null];
const notListed = ['is not included in the list'];

/** Why a product's body is refused before it is read further; `undefined` where it is not. */
export function refusedProduct(body: Json): RestReply | undefined {
  if (!statuses.includes(body.status)) return unprocessable({ status: notListed });
  if (listOf(body.images)?.some((image) => 'attachment' in image)) {
    return notSimulated('the field `images[].attachment` is not simulated by the fake: give `src`');
  }
  for (const variant of listOf(body.variants) ?? []) {
    const refused = refusedVariant(variant);
    if (refused) return refused;
  }
  return undefined;
}

/** Why a variant's body is refused before it is read further; `undefined` where it is not. */
export function refusedVariant({ inventory_policy: policy }: Json): RestReply | undefined {
  return policies.includes(policy) ? undefined : unprocessable({ inventory_policy: notListed });
}
