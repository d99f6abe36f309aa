// @ts-nocheck
import type { FactList, FactValue } from './product-facts.ts';

/** One thing that a push changes: a value, or an entry of a list that comes or goes. */
export interface ProductChange {
  readonly kind: 'add' | 'update' | 'remove';
  readonly list: FactList;
  /** Key of the entry: a SKU, a tag in lower case, `namespace.key`, or the id of what is not ours; '' for `product`. */
  readonly key: string;
  /** What people call it: a SKU, a tag, the address of an image. */
  readonly name: string;
  /** The gid of a variant or image that is there already. */
  readonly gid?: string;
  /** The values that change, or all of the entry's. */
  readonly fields: Readonly<Record<string, { readonly from: FactValue; readonly to: FactValue }>>;
  /** Units in stock of a variant that goes: they go with it. */
  readonly stock?: number;
}

/** One value in which the shop differs from the draft, and which a push leaves as it is. */
export interface ProductDifference {
  readonly list: FactList;
  readonly key: string;
  readonly name: string;
  /** `null` for the entry as a whole. */
  readonly field: string | null;
  /** What the last push said. */
  readonly base: FactValue | undefined;
  readonly ours: FactValue | undefined;
  readonly theirs: FactValue | undefined;
}
