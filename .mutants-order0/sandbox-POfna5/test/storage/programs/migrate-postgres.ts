// @ts-nocheck
// Migrates a schema that other processes migrate at the same time, and puts records of its own.
import pg from 'pg';
import { postgresStores } from '../../../src/storage/postgres/stores.ts';
import { localIds, record } from '../../../src/testing/conformance/sync-record-store/harness.ts';

const [connectionString = '', schema = '', name = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 2 });
const stores = postgresStores({ pool, schema });
await stores.migrate();
await stores.records.putMany(localIds(20).map((localId) => record(`${name}-${localId}`)));
await stores.close();
await pool.end();
