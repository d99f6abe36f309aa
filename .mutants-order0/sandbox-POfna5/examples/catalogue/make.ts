/** Writes `products.json`: `node examples/catalogue/make.ts`. */
// @ts-nocheck

import { writeFileSync } from 'node:fs';
import { makeRows, toJson } from './make-rows.ts';

const rows = makeRows();
writeFileSync(new URL('products.json', import.meta.url), toJson(rows));
console.log(`${rows.length} rows written`);
