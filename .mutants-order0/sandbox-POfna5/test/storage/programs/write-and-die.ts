// @ts-nocheck
// Puts records one by one, says which ones the store has answered for, and kills itself in the middle of a batch.
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sqliteStores } from '../../../src/storage/sqlite.ts';
import { localIds, record } from '../../../src/testing/conformance/sync-record-store/harness.ts';

const [path = '', count = ''] = process.argv.slice(2);
const { records } = sqliteStores({ path });

for (const localId of localIds(Number(count))) {
  await records.put(record(localId));
  writeSync(1, `${localId}\n`);
}
const batch = localIds(5_000).map((localId) => record(`batch-${localId}`));
void records.putMany(batch).then(() => writeSync(1, 'batch\n'));
// A batch takes a turn of the event loop for each 200 records: this ends it half-way.
for (let turn = 0; turn < 12; turn++) await nextTurn();
process.kill(process.pid, 'SIGKILL');
