import type { OwnRedis } from './settings.ts';

/**
 * Removes a job from the failed ones and then all of its keys, in one step: BullMQ's own `remove` would also take a
 * job that somebody has queued again meanwhile.
 */
const discardScript = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', unpack(KEYS, 2))
return 1`;

/** What BullMQ keeps about a job, behind the job's own key. */
const suffixes = ['', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful'];

/**
 * Throws a dead letter away.
 *
 * @param toKey Makes the name of one of the queue's keys in Redis, as BullMQ does.
 * @returns `false` where it is none.
 */
export async function discardDeadLetter(
  redis: OwnRedis,
  toKey: (suffix: string) => string,
  id: string,
): Promise<boolean> {
  const keys = [toKey('failed'), ...suffixes.map((suffix) => toKey(`${id}${suffix}`))];
  return (await redis.eval(discardScript, keys.length, ...keys, id)) === 1;
}
