// @ts-nocheck
// Takes a lock, says so, and writes with its token when it is told to go on.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openStores } from './open-stores.ts';

const [place = ''] = process.argv.slice(2);
const stores = openStores(place);
const lock = await stores.keyValue.lock('slow', { leaseMs: 500 });
// Listens before it says so: who is told goes on at once, and an unheard signal would end this process.
const goOn = once(process, 'SIGUSR2');
// A listener keeps no process alive, and once its lock is lost nothing else does.
setInterval(() => undefined, 60_000);
writeSync(1, `held ${lock?.token}\n`);
await goOn;
const outcome = await stores.keyValue.set('slow', 'stale', { fence: lock?.token ?? 1 }).then(
  () => 'written',
  (error: { code?: string }) => error.code,
);
writeSync(1, `outcome ${outcome}\n`);
await stores.close();
process.exit(0);
