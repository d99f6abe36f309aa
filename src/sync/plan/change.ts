import type { FactList, FactValue } from './product-facts.ts';

/** One change of a push: a value, or an entry of a list that is added or removed. */
export interface ProductChange {
  readonly kind: 'add' | 'update' | 'remove';
  readonly list: FactList;
  /**
   * Key of the entry: a SKU, a tag in lower case, `namespace.key`, or the gid of an entry that no push created; '' for
   * `product`.
   */
  readonly key: string;
  /** Display name: a SKU, a tag, the URL of an image. */
  readonly name: string;
  /** The gid of an existing variant or image. */
  readonly gid?: string;
  /** The values that change, or all values of an added or removed entry. */
  readonly fields: Readonly<Record<string, { readonly from: FactValue; readonly to: FactValue }>>;
  /** Units in stock of a removed variant, which are lost with it. */
  readonly stock?: number;
}

/** A value that differs between shop and draft, and that a push leaves unchanged. */
export interface ProductDifference {
  readonly list: FactList;
  readonly key: string;
  readonly name: string;
  /** `null` for the entry as a whole. */
  readonly field: string | null;
  /** The value of the last push. */
  readonly base: FactValue | undefined;
  readonly ours: FactValue | undefined;
  readonly theirs: FactValue | undefined;
}
