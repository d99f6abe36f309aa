// @ts-nocheck
export {
  type BottleneckLimiterOptions,
  bottleneckLimiter,
  bottleneckRedisConnection,
} from '../limiter/bottleneck/bottleneck-limiter.ts';
export type { BottleneckJobInfo, HostBottleneck } from '../limiter/bottleneck/reservoir.ts';
