// @ts-nocheck
// Contends with other processes for keys and for a lock, and tells each win as a line of JSON.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStores } from './open-stores.ts';

const [place = '', name = '', contenders = '', rounds = '', processes = ''] = process.argv.slice(2);
const stores = openStores(place);
const { keyValue } = stores;
const tell = (win: object): void => void writeSync(1, `${JSON.stringify(win)}\n`);

async function contend(id: string): Promise<void> {
  for (let round = 0; round < Number(rounds); round++) {
    if (await keyValue.setIfAbsent(`first-${round}`, id)) tell({ kind: 'first', round });

    const seen = await keyValue.get('counter');
    const next = String(Number(seen ?? 0) + 1);
    if (await keyValue.compareAndSet('counter', seen, next)) tell({ kind: 'counter', value: Number(next) });

    const lock = await keyValue.lock('work', { waitMs: 120_000 });
    if (!lock) throw new Error('the lock was not free in time');
    // Read and written apart: without the lock, updates would be lost here.
    const done = Number((await keyValue.get('work')) ?? 0) + 1;
    await keyValue.set('work', String(done), { fence: lock.token });
    tell({ kind: 'work', value: done, token: lock.token });
    await lock.release();
  }
}

/** Processes that are ready, this one included. */
async function countReady(): Promise<number> {
  let count = 0;
  for await (const _name of keyValue.scan('ready-')) count += 1;
  return count;
}

// One process that starts sooner could be done before the others come.
await keyValue.set(`ready-${name}`, 'yes');
while ((await countReady()) < Number(processes)) await sleep(10);
await Promise.all(Array.from({ length: Number(contenders) }, (_, index) => contend(`${name}-${index}`)));
await stores.close();
