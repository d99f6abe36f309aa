// @ts-nocheck
import Bottleneck from 'bottleneck';
import { describe, expect, it, vi } from 'vitest';
import { bottleneckLimiter } from '../../../src/limiter/bottleneck/bottleneck-limiter.ts';
import { describeRateLimiter } from '../../../src/testing/conformance/rate-limiter.ts';
import { fakeTimers, unassisted } from './fake-timers.ts';

describeRateLimiter(
  'bottleneckLimiter',
  () => {
    const clock = fakeTimers();
    const limiter = bottleneckLimiter({ limiterFor: () => new Bottleneck({ reservoir: 0 }) });
    return {
      limiter: unassisted(limiter),
      advance: (ms) => clock.step(ms),
      dispose: async () => void vi.useRealTimers(),
    };
  },
  { describe, it, expect },
  // As its documentation says.
  { aging: false, softCeiling: false, leaving: false, repricing: false },
);
