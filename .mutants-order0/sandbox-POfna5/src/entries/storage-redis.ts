// @ts-nocheck
export type { Stores } from '../ports/stores.ts';

export type { RedisClient, RedisNode } from '../storage/redis/session.ts';

export { type RedisStoresOptions, redisStores } from '../storage/redis/stores.ts';
export type { SkippedRecordListener } from '../storage/skipped-records.ts';
