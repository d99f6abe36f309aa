import type { DurableContext } from './settings.ts';
import type { TimeLimit } from './time-limit.ts';

/**
 * Takes a delivery that is done with out of the inbox. Where the store fails, that is tried again with the next one:
 * an entry that stayed would be queued again, and handled again once nobody knows any more that it was.
 */
export async function leaveInbox(
  { settings: { store, logger }, leftBehind }: DurableContext,
  inboxKey: string,
  limit: TimeLimit,
): Promise<void> {
  const takeOut = async (key: string): Promise<boolean> => {
    limit.restart();
    leftBehind.delete(key);
    try {
      await limit.race('store', store.delete(key));
      return true;
    } catch (error) {
      leftBehind.add(key);
      logger?.warn({ error, key }, 'a webhook that is done with could not be taken out of the inbox');
      return false;
    }
  };
  if (!(await takeOut(inboxKey))) return;
  for (const key of leftBehind) if (!(await takeOut(key))) return;
}
