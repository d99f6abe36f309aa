// @ts-nocheck
import { inProcessQueue } from 'shopwright/queue';
import { createManualClock, describeJobQueue } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';

describeJobQueue(
  'inProcessQueue',
  (terms) => {
    const clock = createManualClock();
    return { queue: inProcessQueue({ ...terms, clock }), advance: (ms) => clock.advance(ms) };
  },
  { describe, it, expect },
);
