// @ts-nocheck
import { expect, test } from 'vitest';
import { LockLostError } from '../../src/errors/errors.ts';
import { memoryStores } from '../../src/storage/memory.ts';

test('the signal of a lock that was lost before anybody looked at it is aborted, and stays the same signal', async () => {
  const stores = memoryStores();
  const lock = await stores.keyValue.lock('a key');
  await stores.close();
  const signal = lock?.signal;
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toBeInstanceOf(LockLostError);
  expect(lock?.signal).toBe(signal);
});

test('the signal of a lock that is lost while somebody holds it aborts', async () => {
  const stores = memoryStores();
  const signal = (await stores.keyValue.lock('a key'))?.signal;
  expect(signal?.aborted).toBe(false);
  await stores.close();
  expect(signal?.reason).toBeInstanceOf(LockLostError);
});

test('closing waits for all that still runs, and a lock asked for afterwards is refused', async () => {
  const stores = memoryStores();
  let isWritten = false;
  const written = stores.keyValue.set('a key', 'a value').then(() => {
    isWritten = true;
  });
  await Promise.all([written, stores.close()]);
  expect(isWritten).toBe(true);
  await expect(stores.keyValue.lock('another')).rejects.toThrow('The store is closed');
});
