// @ts-nocheck
// Replaces all records by a batch and appends a run to the journal, again and again, and says what was answered.
import { writeSync } from 'node:fs';
import { localIds, record, shop } from '../../../src/testing/conformance/sync-record-store/harness.ts';
import { openStores } from './open-stores.ts';

const [place = '', first = ''] = process.argv.slice(2);
const { records, journal } = openStores(place);
const ids = localIds(2_000);

for (let round = Number(first); ; round++) {
  await records.putMany(ids.map((localId) => record(localId, { attempts: round })));
  writeSync(1, `records ${round}\n`);
  const common = { shop, gid: null, runId: `run-${round}`, action: 'update', at: round, before: null };
  await journal.append(ids.map((localId) => ({ ...common, localId, sent: { title: localId } })));
  writeSync(1, `journal ${round}\n`);
}
