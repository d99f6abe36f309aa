export type { RedisLimiterOptions, RedisScripting } from '../limiter/redis/protocol.ts';

export { redisLimiter } from '../limiter/redis/redis-limiter.ts';
