import type { JobDraft } from '../../../ports/job-queue.ts';
import { codeOf, type QueueCase } from './harness.ts';

const circle: { self?: unknown } = {};

circle.self = circle;

const misfits: Readonly<Record<string, Record<string, unknown>>> = {
  'without a type': { type: '' },
  'with a delay before now': { delayMs: -1 },
  'with a delay that is no number': { delayMs: Number.NaN },
  'with a delay of years': { delayMs: 1e12 },
  'of a priority that there is not': { priority: 'urgent' },
  'with an empty key': { key: '' },
  'of a type with half a surrogate pair': { type: 'work\ud83d' },
  'with half a surrogate pair in its key': { key: '\ud83d' },
  'with no time at all': { timeoutMs: 0 },
  'with waits that are no list': { retryDelaysMs: 3 },
  'with a wait that is no number': { retryDelaysMs: [1, '2'] },
  'with an empty idempotency key': { idempotencyKey: '' },
  'with a circle in its payload': { payload: circle },
  'with a bigint in its payload': { payload: { id: 1n } },
};

/** What does not fit is refused, and leaves nothing behind. */
export const refusalCases: readonly QueueCase[] = Object.entries(misfits).map(([what, misfit]) => ({
  name: `refuses a job ${what}`,
  async check({ queue }, expect) {
    const draft = { type: 'work', payload: 1, ...misfit } as JobDraft;
    expect(await codeOf(queue.enqueue(draft))).toBe('QUEUE_FAILED');
    expect((await queue.stats()).waiting).toBe(0);
  },
}));
