export type { Stores } from '../ports/stores.ts';

export type { RedisClient, RedisNode, RedisStoresOptions } from '../storage/redis/session.ts';

export { redisStores } from '../storage/redis/stores.ts';
