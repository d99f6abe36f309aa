export { bottleneckLimiter, bottleneckRedisConnection } from '../limiter/bottleneck/bottleneck-limiter.ts';

export type { BottleneckJobInfo, BottleneckLimiterOptions, HostBottleneck } from '../limiter/bottleneck/settings.ts';
