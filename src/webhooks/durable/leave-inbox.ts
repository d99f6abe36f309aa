import type { DurableContext } from '../ingest/context.ts';
import type { TimeLimit } from './time-limit.ts';

/**
 * Takes a delivery that is done with out of the inbox. Where the store fails, that is tried again with the next one:
 * an entry that stayed would be queued again, and handled again once nobody knows any more that it was.
 */
export async function leaveInbox(context: DurableContext, inboxKey: string, limit: TimeLimit): Promise<void> {
  if (await takeOut(context, inboxKey, limit)) await dropLeftBehind(context, limit);
}

/** Tries again what failed before. As a rule that is nothing. */
export async function dropLeftBehind(context: DurableContext, limit: TimeLimit): Promise<void> {
  for (const key of context.leftBehind) if (!(await takeOut(context, key, limit))) return;
}

async function takeOut(
  { settings: { store, logger }, leftBehind }: DurableContext,
  key: string,
  limit: TimeLimit,
): Promise<boolean> {
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
}
