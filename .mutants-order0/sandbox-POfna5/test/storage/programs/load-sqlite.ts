// @ts-nocheck
// Says whether Node has loaded its SQLite module: after the import, after making stores, and after a query.
import { sqliteStores } from '../../../src/storage/sqlite.ts';

const isLoaded = (): boolean => {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList');
  return Array.isArray(loaded) && loaded.includes('NativeModule sqlite');
};

const afterImport = isLoaded();
const stores = sqliteStores({ path: ':memory:' });
const afterMaking = isLoaded();
await stores.records.counts('acme.myshopify.com');
await stores.close();
process.stdout.write([afterImport, afterMaking, isLoaded()].join(' '));
