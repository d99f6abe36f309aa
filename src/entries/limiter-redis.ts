export { type RedisLimiterOptions, redisLimiter } from '../limiter/redis/redis-limiter.ts';
export type { RedisScripting } from '../limiter/redis/session.ts';
