import type { Clock } from '../../internal/clock.ts';

/** What `inTime` rejects with. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/**
 * The promise's outcome, if it comes in time. What comes later is nobody's: it is neither given nor thrown.
 *
 * @throws OutOfTime after `limitMs`.
 */
export function inTime<T>(promise: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => reject(new OutOfTime(`No answer within ${limitMs} ms.`)), limitMs);
    promise.then(resolve, reject).finally(cancel);
  });
}
