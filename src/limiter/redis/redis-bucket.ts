import { msInLine, reserve } from '../bucket.ts';
import { createHeadroom } from '../headroom.ts';
import { createLocalService } from '../local-service.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import type { BucketScope, Permit } from '../types.ts';
import { createWaitingRoom, type Waiter } from '../waiting-room.ts';
import { createLedger } from './ledger.ts';
import type { RedisLink } from './link.ts';
import { type EndedPermit, type Hearing, readHearing, type Telling } from './message.ts';
import { Mirror } from './mirror.ts';
import type { RedisLimiterSettings } from './options.ts';

/** What the buckets of one limiter share. */
export interface RedisProcess {
  readonly settings: RedisLimiterSettings;
  readonly link: RedisLink;
  /** Numbers the calls of this process. */
  nextSequence(): number;
  write(telling: Telling): (string | number)[];
}

/** The most permits that one call asks for. */
const batch = 16;

/**
 * The bucket of one app on one shop in Redis, with those who wait for it in this process. One call at a
 * time is on its way; whatever happens meanwhile goes with the next one. While Redis is gone, the bucket
 * is the safe share of this process.
 */
export function createRedisBucket({ shop, app }: BucketScope, process: RedisProcess): ShopBucket {
  const { settings, link, write, nextSequence } = process;
  const { clock, agingMs, keyPrefix, leaseMs, probeMs } = settings;
  const key = `${keyPrefix}{${shop}:${app}}`;
  const mirror = new Mirror(settings);
  const { bucket } = mirror;
  const headroom = createHeadroom(settings);
  let usedAtMs = clock.monotonic();
  let isClosed = false;
  let hasCalled = false;
  let isCalling = false;
  /** A call is due at the end of this turn, or after the one that is on its way. */
  let isDue = false;
  let cancelTimer: (() => void) | undefined;
  /** Points spent that Redis knows of. */
  let told = 0;
  /** Permits that ended and that Redis has not been told of. */
  let ended: EndedPermit[] = [];
  /** Those whose `maxWaitMs` could not be judged when they came. */
  let newcomers: { readonly waiter: Waiter; readonly maxWaitMs: number }[] = [];

  const room = createWaitingRoom({
    ...{ shop, clock, agingMs },
    onNewFirst: () => (mirror.isAlone ? service.serve(mirror.refill()) : callSoon()),
  });
  const { line } = room;

  const ledger = createLedger((one) => {
    usedAtMs = mirror.refill();
    mirror.end(one);
    if (!mirror.isAlone || isCalling) ended.push(one);
    if (isClosed) sayGoodbye();
    else if (mirror.isAlone) service.serve(usedAtMs);
    else if (line.size > 0) callSoon();
    // Nobody waits here: if the next call comes at once, one message does for both.
    else if (!isCalling && !isDue) setTimer(0);
  });
  const { held } = ledger;

  /** Gives a permit from the share of this process. */
  const giveAlone = (cost: number, sinceMs: number, nowMs: number): Permit => {
    const { points, spentBefore } = reserve(bucket, bucket.confirmed ? cost : Math.min(cost, bucket.maximumAvailable));
    return ledger.give({ points, waitedMs: nowMs - sinceMs, spentBefore, era: mirror.era });
  };

  const service = createLocalService({
    ...{ shop, clock, bucket, headroom, room },
    largest: () => mirror.largest,
    give: giveAlone,
  });

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
    // The mirror has counted what ended, and Redis will hear of it as a sum.
    ended = [];
    newcomers = [];
    mirror.goAlone(held);
    service.serve(mirror.refill());
  };

  const tell = (candidates: readonly Waiter[], leaves: boolean): Promise<Hearing> => {
    hasCalled = true;
    const nowMs = mirror.refill();
    const state = { held, spent: ledger.spent, told, owedAtMost: mirror.owed(), waitingPoints: line.points };
    const parameters = write({ sequence: nextSequence(), leaves, nowMs, ...state, ended, candidates });
    ended = [];
    return link.call(key, parameters, readHearing, putRight);
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
    const { spent } = ledger;
    isCalling = true;
    const hearing = await tell(candidates, false).catch(() => undefined);
    isCalling = false;
    if (isClosed) return;
    if (hearing) {
      told = spent;
      hear(hearing, candidates);
      return;
    }
    if (isProbe) ended = [];
    else goAlone();
    act();
  };

  const hear = (hearing: Hearing, candidates: readonly Waiter[]): void => {
    const wasAlone = mirror.isAlone;
    if (wasAlone) service.stop();
    mirror.hear(hearing, ended);
    const { confirmed, maximumAvailable, era, spent: spentBefore } = hearing;
    for (const { cost, position, sinceMs, grant } of candidates.slice(0, hearing.granted)) {
      // Who left meanwhile takes nothing: the next call does not count it among the permits that are out.
      if (position < 0) isDue = true;
      else {
        const points = confirmed ? cost : Math.min(cost, maximumAvailable);
        grant(ledger.give({ points, waitedMs: clock.monotonic() - sinceMs, spentBefore, era }));
      }
    }
    turnAway();
    const [first, asked] = [line.first, candidates[hearing.granted]];
    if (isDue || wasAlone || ended.length > 0 || first !== asked) act();
    else if (first) setTimer(Math.ceil(hearing.waitMs) + 1);
    else if (held.count > 0) setTimer(leaseMs / 3);
  };

  /** Rejects those who wait in vain, by what Redis has just said. */
  const turnAway = (): void => {
    const { maximumAvailable, confirmed } = bucket;
    const unjudged = newcomers;
    newcomers = [];
    if (!confirmed) return;
    for (let next = line.first; next && next.cost > maximumAvailable; next = line.first) {
      next.reject(tooBig(shop, next.cost, maximumAvailable));
    }
    for (const { waiter, maxWaitMs } of unjudged) {
      const { rank, sequence, position, cost } = waiter;
      const waitMs = msInLine(bucket, mirror.pointsAhead + line.pointsAhead(rank, sequence), cost);
      if (position >= 0 && waitMs > maxWaitMs) waiter.reject(waitTooLong(shop, maxWaitMs, waitMs));
    }
  };

  /** Tells Redis, after the limiter was closed, what is left of this process. */
  const sayGoodbye = (): void => {
    if (hasCalled && !mirror.isAlone && link.isUp) tell([], held.count === 0).catch(() => undefined);
  };

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = mirror.refill();
      usedAtMs = nowMs;
      const isBackground = request.priority === 'background';
      if (!isBackground) headroom.sawInteractive(nowMs);
      const isKnown = bucket.confirmed && mirror.isFresh && (mirror.isAlone || line.size > 0);
      if (isKnown && cost > mirror.largest) return Promise.reject(tooBig(shop, cost, mirror.largest));
      if (mirror.isAlone) {
        callSoon();
        if (line.size === 0 && service.waitOf({ cost, isBackground, sinceMs: nowMs }, nowMs) === 0) {
          return Promise.resolve(giveAlone(cost, nowMs, nowMs));
        }
      }
      if (maxWaitMs !== undefined && isKnown) {
        const pointsAhead = mirror.pointsAhead + line.pointsAhead(room.rankOf(request, nowMs));
        const waitMs = msInLine(bucket, pointsAhead, cost);
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      const { waiter, permit } = room.enter(request, nowMs);
      if (maxWaitMs !== undefined && !isKnown) newcomers.push({ waiter, maxWaitMs });
      return permit;
    },
    status() {
      mirror.refill();
      const { maximumAvailable, restoreRate, reserved, inFlight, confirmed } = bucket;
      const available = Math.max(0, bucket.level);
      const waiting = { waiting: line.size, waitingPoints: line.points };
      return { maximumAvailable, available, restoreRate, reserved, inFlight, ...waiting, confirmed };
    },
    isIdle(forMs) {
      const isBusy = held.count > 0 || line.size > 0 || ended.length > 0 || isCalling;
      return !isBusy && clock.monotonic() - usedAtMs >= forMs;
    },
    close(reason) {
      isClosed = true;
      stopTimer();
      service.stop();
      room.rejectAll(reason);
      sayGoodbye();
    },
  };
}
