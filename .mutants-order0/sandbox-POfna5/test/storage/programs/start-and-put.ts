// @ts-nocheck
// Opens stores on a file that other processes open at the same time, and puts records of its own.
import { sqliteStores } from '../../../src/storage/sqlite.ts';
import { localIds, record } from '../../../src/testing/conformance/sync-record-store/harness.ts';

const [path = '', name = ''] = process.argv.slice(2);
const stores = sqliteStores({ path, busyTimeoutMs: 60_000 });
await Promise.all(localIds(20).map((localId) => stores.records.put(record(`${name}-${localId}`))));
await stores.close();
