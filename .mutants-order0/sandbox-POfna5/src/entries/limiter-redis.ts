// @ts-nocheck
export type { RedisScripting } from '../limiter/redis/connection.ts';
export { type RedisLimiterOptions, redisLimiter } from '../limiter/redis/redis-limiter.ts';
