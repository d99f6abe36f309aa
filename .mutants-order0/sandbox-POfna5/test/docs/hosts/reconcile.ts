// @ts-nocheck
// What docs/reconcile.md takes for granted.

import type { ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export declare const sync: ProductSync;
export declare const catalogue: ReadonlyMap<string, ProductDraftInput>;
