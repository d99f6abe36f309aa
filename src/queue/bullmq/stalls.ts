import type { OwnRedis } from './settings.ts';

/** BullMQ's field for how often a job has lost its worker. */
const stalledCount = 'stc';

/**
 * Lets a job lose as many workers again as a new one. BullMQ counts them for as long as the job lives, also where it
 * was a dead letter in between.
 *
 * @param key Name of the job's key in Redis.
 */
export async function forgetStalls(redis: OwnRedis, key: string): Promise<void> {
  await redis.hdel(key, stalledCount);
}
