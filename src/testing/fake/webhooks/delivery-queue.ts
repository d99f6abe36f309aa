import { clearImmediate, setImmediate } from 'node:timers';
import type { Clock } from '../../../internal/clock.ts';

/** Tries under way at once, so that a thousand changes do not open a thousand connections. */
const maxUnderWay = 50;

/** When deliveries are tried. */
export interface DeliveryQueue<Job extends object> {
  /** Runs `work` when the present turn of the event loop has ended, so that what it changes is done. */
  soon(work: () => void): void;
  /** Tries at that wall time. `settled` waits for those that are due, and for the awaited ones. */
  at(dueAt: number, job: Job, awaited: boolean): void;
  /** Forgets all that waits. */
  clear(): void;
  /** Resolves when nothing is under way and nothing is due. */
  settled(): Promise<void>;
  /** Forgets all that waits and resolves when nothing is under way. */
  close(): Promise<void>;
}

interface Waiting {
  readonly dueAt: number;
  readonly awaited: boolean;
}

/** Makes an empty queue. What `attempt` or work throws goes to `onError`. */
export function createDeliveryQueue<Job extends object>(
  clock: Clock,
  attempt: (job: Job) => Promise<void>,
  onError: (error: unknown) => void,
): DeliveryQueue<Job> {
  const turns = new Set<NodeJS.Immediate>();
  const timers = new Map<Waiting, () => void>();
  const waiters: (() => void)[] = [];
  let ready: Job[] = [];
  let underWay = 0;
  let closed = false;

  const isBusy = (): boolean => {
    if (turns.size > 0 || ready.length > 0 || underWay > 0) return true;
    const now = clock.now();
    return [...timers.keys()].some(({ awaited, dueAt }) => awaited || dueAt <= now);
  };
  const tell = (): void => {
    if (waiters.length > 0 && !isBusy()) for (const resolve of waiters.splice(0)) resolve();
  };

  const pump = (): void => {
    while (underWay < maxUnderWay) {
      const job = ready.shift();
      if (!job) return;
      underWay += 1;
      attempt(job)
        .catch(onError)
        .finally(() => {
          underWay -= 1;
          pump();
          tell();
        });
    }
  };

  const clear = (): void => {
    for (const turn of turns) clearImmediate(turn);
    turns.clear();
    for (const cancel of timers.values()) cancel();
    timers.clear();
    ready = [];
    tell();
  };
  const settled = (): Promise<void> => {
    const done = new Promise<void>((resolve) => waiters.push(resolve));
    tell();
    return done;
  };

  return {
    soon(work) {
      if (closed) return;
      const turn = setImmediate(() => {
        turns.delete(turn);
        try {
          work();
        } catch (error) {
          onError(error);
        }
        tell();
      });
      turns.add(turn);
    },
    at(dueAt, job, awaited) {
      if (closed) return;
      const delayMs = dueAt - clock.now();
      if (delayMs <= 0) {
        ready.push(job);
        pump();
        return;
      }
      const waiting = { dueAt, awaited };
      const cancel = clock.setTimer(() => {
        timers.delete(waiting);
        ready.push(job);
        pump();
      }, delayMs);
      timers.set(waiting, cancel);
    },
    clear,
    settled,
    close() {
      closed = true;
      clear();
      return settled();
    },
  };
}
