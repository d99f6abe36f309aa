import type { LocalService } from '../local-service.ts';
import type { Waiter } from '../wait-queue.ts';
import type { Newcomers } from './newcomers.ts';
import type { EndedPermit, Hearing } from './protocol.ts';
import { Teller, type TellerSettings } from './teller.ts';

/** What one bucket and Redis say to each other. */
interface Dialogue {
  /** Whether Redis has something to answer, or to be told. */
  readonly isBusy: boolean;
  /** Calls Redis at the end of this turn, or after the call that is on its way. */
  callSoon(): void;
  /** A permit is no longer out. */
  ended(permit: EndedPermit): void;
  /** Says goodbye, and once more at the end of each permit that is still out. */
  close(): void;
}

/** What the dialogue needs. */
interface DialogueSettings extends TellerSettings {
  readonly newcomers: Newcomers;
  /** Serves those who wait while Redis is gone. */
  readonly service: LocalService;
}

/** The most permits that one call asks for. */
const batch = 16;

/**
 * Makes the dialogue. One call at a time is on its way; whatever happens meanwhile goes with the next one.
 * Where a call fails, the bucket is the safe share of this process until one is answered.
 */
export function createDialogue(settings: DialogueSettings): Dialogue {
  const { process, mirror, room, ledger, newcomers, service } = settings;
  const { link } = process;
  const { clock, leaseMs, probeMs } = process.settings;
  const teller = new Teller(settings);
  const { line } = room;
  const { held } = ledger;
  let isClosed = false;
  let isCalling = false;
  /** A call is due at the end of this turn, or after the one that is on its way. */
  let isDue = false;
  let cancelTimer: (() => void) | undefined;

  const stopTimer = (): void => {
    cancelTimer?.();
    // Many buckets are idle: none shall keep a timer that is over.
    cancelTimer = undefined;
  };

  const setTimer = (delayMs: number): void => {
    stopTimer();
    cancelTimer = clock.setTimer(act, delayMs);
  };

  const callSoon = (): void => {
    if (!isCalling && !isDue) queueMicrotask(act);
    isDue = true;
  };

  /** Calls Redis where that makes sense now. */
  const act = (): void => {
    if (isCalling || isClosed) return;
    isDue = false;
    stopTimer();
    if (!link.isUp && !mirror.isAlone) goAlone();
    if (link.mayCall()) void call();
    else if (line.size > 0 || held.count > 0) setTimer(probeMs);
  };

  const goAlone = (): void => {
    // The mirror has counted what ended.
    teller.forget();
    newcomers.forget();
    mirror.goAlone(held);
    service.serve(mirror.refill());
  };

  /** Redis has executed late what was given up, and holds points for calls that went without. */
  const putRight = (): void => {
    if (!mirror.isAlone || isCalling || isClosed) return;
    stopTimer();
    void call();
  };

  const call = async (): Promise<void> => {
    const isProbe = mirror.isAlone;
    // A look whether Redis is back asks for nothing: an answer that comes too late must not grant.
    const candidates = isProbe ? [] : room.front(batch);
    isCalling = true;
    const hearing = await teller.tell(candidates, false, putRight).catch(() => undefined);
    isCalling = false;
    if (isClosed) return;
    if (hearing) {
      hear(hearing, candidates);
      return;
    }
    if (isProbe) teller.forget();
    else goAlone();
    act();
  };

  const hear = (hearing: Hearing, candidates: readonly Waiter[]): void => {
    const wasAlone = mirror.isAlone;
    if (wasAlone) service.stop();
    mirror.hear(hearing, teller.ended);
    const { confirmed, maximumAvailable, era, spent: spentBefore } = hearing;
    for (const { cost, position, sinceMs, grant } of candidates.slice(0, hearing.granted)) {
      // Who left meanwhile takes nothing: the next call does not count it among the permits that are out.
      if (position < 0) isDue = true;
      else {
        const points = confirmed ? cost : Math.min(cost, maximumAvailable);
        grant(ledger.give({ points, waitedMs: clock.monotonic() - sinceMs, spentBefore, era }));
      }
    }
    newcomers.judge();
    const [first, asked] = [line.first, candidates[hearing.granted]];
    if (isDue || wasAlone || teller.ended.length > 0 || first !== asked) act();
    else if (first) setTimer(Math.ceil(hearing.waitMs) + 1);
    else if (held.count > 0) setTimer(leaseMs / 3);
  };

  /** Tells Redis, after the limiter was closed, what is left of this process. */
  const sayGoodbye = (): void => {
    const knowsUs = teller.hasTold && !mirror.isAlone && link.isUp;
    if (knowsUs) teller.tell([], held.count === 0, putRight).catch(() => undefined);
  };

  return {
    get isBusy() {
      return teller.ended.length > 0 || isCalling;
    },
    callSoon,
    ended(permit) {
      if (!mirror.isAlone || isCalling) teller.add(permit);
      if (isClosed) sayGoodbye();
      else if (mirror.isAlone) service.serve(mirror.refill());
      else if (line.size > 0) callSoon();
      // Nobody waits here: if the next call comes at once, one message does for both.
      else if (!isCalling && !isDue) setTimer(0);
    },
    close() {
      isClosed = true;
      stopTimer();
      sayGoodbye();
    },
  };
}
