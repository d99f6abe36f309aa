export { bottleneckLimiter } from '../limiter/bottleneck/bottleneck-limiter.ts';

export { bottleneckRedisConnection } from '../limiter/bottleneck/redis-connection.ts';

export type { BottleneckJobInfo, BottleneckLimiterOptions, HostBottleneck } from '../limiter/bottleneck/settings.ts';
