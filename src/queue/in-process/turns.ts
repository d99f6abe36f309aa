import Bottleneck from 'bottleneck';
import { type Clock, systemClock } from '../../internal/clock.ts';

/**
 * Jobs that one turn does before it gives its place back. Bottleneck waits for a few of the machine's timers in
 * each turn (about 5 ms), so that one job a turn would be 400 jobs a second at most. And a turn must end:
 * handlers that never wait for anything outside would keep the event loop from everybody else.
 */
const jobsPerTurn = 100;

/** What lets jobs run. */
export interface Turns {
  /** There is one more job, or there may be. */
  want(): void;
}

/** The work that turns are for. */
export interface Work {
  /** How many jobs wait now. */
  waiting(): number;
  /** Does the next job, and never rejects; `false` when there is none. */
  doNext(): Promise<boolean>;
}

/**
 * Has Bottleneck decide how many jobs run at once. It holds no job, only turns, at most `concurrency` of them in
 * its queue: so a long backlog costs it nothing, and who runs next is chosen when a place is free.
 */
export function createTurns(concurrency: number, clock: Clock, { waiting, doNext }: Work): Turns {
  const bottleneck = new Bottleneck({ maxConcurrent: concurrency });
  let asked = 0;
  let running = 0;
  let isAwake = false;

  /**
   * Bottleneck waits on the machine's timers, whatever the clock. So that a clock which a test drives does not
   * run past a turn that is due now, a timer stands on it until the turn has come.
   */
  const keepAwake = (): void => {
    if (clock === systemClock || isAwake || asked === 0 || running >= concurrency) return;
    isAwake = true;
    clock.setTimer(() => {
      isAwake = false;
      keepAwake();
    }, 0);
  };

  const turn = async (): Promise<void> => {
    asked -= 1;
    running += 1;
    for (let job = 0; job < jobsPerTurn && (await doNext()); job++);
    running -= 1;
    want();
  };

  const want = (): void => {
    for (const wanted = Math.min(waiting(), concurrency); asked < wanted; asked++) void bottleneck.schedule(turn);
    keepAwake();
  };

  return { want };
}
