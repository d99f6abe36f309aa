import type { Clock } from '../../internal/clock.ts';
import type { Account } from './account.ts';

/** Keeps the reservoir up to date for as long as somebody waits. */
export interface Watch {
  /** Begins where it is needed and not under way. */
  start(): void;
  /** Ends it for good. */
  close(): void;
}

/** Makes the watch. It keeps no timer while nobody waits. */
export function createWatch(clock: Clock, account: Account, isNeeded: () => boolean): Watch {
  let isClosed = false;
  let cancel: (() => void) | undefined;
  const start = (): void => {
    if (cancel || isClosed || !isNeeded()) return;
    cancel = clock.setTimer(() => {
      cancel = undefined;
      account.tick();
      start();
    }, account.tickMs);
  };
  return {
    start,
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}
