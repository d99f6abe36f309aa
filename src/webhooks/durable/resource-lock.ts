import type { Lock, LockOptions } from '../../ports/key-value-store.ts';
import type { Work, WorkSettings } from './work-types.ts';

/** The lock of a resource; `undefined` where another delivery of it is being handled. @throws StorageError. */
export async function takeLock(
  key: string,
  { store }: WorkSettings,
  { limit, waitMs, signal }: Work,
): Promise<Lock | undefined> {
  const ask = async (options: LockOptions): Promise<Lock | undefined> => {
    const asked = store.lock(key, options);
    try {
      return await limit.race('store', asked);
    } catch (error) {
      // It may still be given, when nobody waits for it any more.
      asked.then((late) => late?.release()).catch(() => undefined);
      throw error;
    }
  };
  // As a rule it is free, and then no wait has to be set up.
  return (await ask({})) ?? ask({ waitMs, signal });
}

/** Gives the lock back; never rejects. */
export async function release(
  lock: Lock,
  { logger }: WorkSettings,
  { event: { topic, shop, webhookId }, limit }: Work,
): Promise<void> {
  limit.restart();
  try {
    await limit.race('store', lock.release());
  } catch (error) {
    const message = 'the lock of a webhook could not be given back: its lease runs out';
    logger?.warn({ error, topic, shop, webhookId }, message);
  }
}
