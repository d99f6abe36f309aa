export type { RedisClient, RedisNode, RedisStoresOptions } from '../storage/redis/options.ts';
export { redisStores } from '../storage/redis/stores.ts';
export type { Stores } from '../storage/types.ts';
