export type { RedisLimiterOptions, RedisScripting } from '../limiter/redis/options.ts';

export { redisLimiter } from '../limiter/redis/redis-limiter.ts';
