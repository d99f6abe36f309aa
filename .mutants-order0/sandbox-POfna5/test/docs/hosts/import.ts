// @ts-nocheck
// What docs/import.md takes for granted.

import type { ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export { createWriteStream } from 'node:fs';
export { pipeline } from 'node:stream/promises';
export { writeCsv } from 'shopwright/sync';
export declare const sync: ProductSync;
export declare const gid: string;
export declare const catalogue: Map<string, ProductDraftInput>;
