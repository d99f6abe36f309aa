import { createHash } from 'node:crypto';
import { dedupeName } from '../job.ts';
import type { OwnRedis } from './settings.ts';

/**
 * A job starts. Where another one with its key runs, which its lock shows, it must wait; else it marks the key as
 * its own, and further jobs with the key are not folded into it any more, all in one step. So a job queued before
 * this step is covered by the handler that starts after it, and one queued after it is a job of its own.
 */
const startScript = `
local other = redis.call('GET', KEYS[1])
if other and other ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. other .. ':lock') == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** A job waits again: where no other job has its key, further ones are folded into it. Not if it runs by now. */
const holdScript = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('ZSCORE', KEYS[2], ARGV[1]) or redis.call('LPOS', KEYS[3], ARGV[1]) then
  redis.call('SET', KEYS[4], ARGV[1], 'NX')
end
return 1`;

/** Dedupe keys, where BullMQ's own ones do not go far enough: they last from `add` to the end of the job. */
export interface SharedKeys {
  /** BullMQ's deduplication id for a type and key. */
  deduplicationId(type: string, key: string): string;
  /** Whether the job can start. */
  start(job: KeyedJob, longestMs: number): Promise<boolean>;
  /** The job waits again. */
  hold(job: KeyedJob): Promise<void>;
}

/** A job and its key. */
interface KeyedJob {
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** @param toKey Makes the name of one of the queue's keys in Redis, as BullMQ does. */
export function createSharedKeys(redis: OwnRedis, toKey: (suffix: string) => string): SharedKeys {
  const idOf = (type: string, key: string): string =>
    createHash('sha256').update(dedupeName(type, key)).digest('base64url');
  return {
    deduplicationId: idOf,
    async start({ id, type, key }, longestMs) {
      const name = idOf(type, key);
      const keys = [toKey(`running:${name}`), toKey(`de:${name}`)];
      return (await redis.eval(startScript, keys.length, ...keys, id, toKey(''), Math.ceil(longestMs))) === 1;
    },
    async hold({ id, type, key }) {
      const keys = ['delayed', 'prioritized', 'wait', `de:${idOf(type, key)}`].map(toKey);
      await redis.eval(holdScript, keys.length, ...keys, id);
    },
  };
}
