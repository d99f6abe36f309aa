import { createHash } from 'node:crypto';
import { TimeoutError } from '../../errors/errors.ts';
import type { BucketScope } from '../../ports/rate-limiter.ts';
import { msInLine } from '../bucket.ts';
import type { LocalService } from '../local-service.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { Waiter, WaitingRoom } from '../wait-queue.ts';
import { type EndedPermit, type Hearing, type RedisLimiterSettings, readHearing, type Telling } from './protocol.ts';
import type { Ledger, Mirror } from './replica.ts';
import { bucketScript } from './script.ts';

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

/** What the buckets of one limiter share. */
export interface RedisProcess {
  readonly settings: RedisLimiterSettings;
  readonly link: RedisLink;
  /** Numbers the calls of this process. */
  nextSequence(): number;
  write(telling: Telling): (string | number)[];
}

/** What the teller needs. */
interface TellerSettings {
  readonly scope: BucketScope;
  readonly process: RedisProcess;
  readonly mirror: Mirror;
  readonly room: WaitingRoom;
  readonly ledger: Ledger;
}

/** Keeps what Redis has to be told of one bucket, and tells it. */
class Teller {
  readonly #settings: TellerSettings;
  readonly #key: string;
  /** Points spent that Redis knows of. */
  #told = 0;
  #ended: EndedPermit[] = [];
  #hasTold = false;

  /** Makes a teller that has told nothing. */
  constructor(settings: TellerSettings) {
    const { scope, process } = settings;
    this.#settings = settings;
    this.#key = `${process.settings.keyPrefix}{${scope.shop}:${scope.app}}`;
  }

  /** Permits that ended and that Redis has not been told of. */
  get ended(): readonly EndedPermit[] {
    return this.#ended;
  }

  /** Whether Redis may know of this process. */
  get hasTold(): boolean {
    return this.#hasTold;
  }

  /** Has Redis told of a permit that ended. */
  add(permit: EndedPermit): void {
    this.#ended.push(permit);
  }

  /** Redis will hear of what ended as a sum. */
  forget(): void {
    this.#ended = [];
  }

  /**
   * Tells Redis how things stand, and asks for permits. `onLate` hears of an answer that comes after this has
   * given up.
   */
  async tell(candidates: readonly Waiter[], leaves: boolean, onLate: () => void): Promise<Hearing> {
    const { process, mirror, room, ledger } = this.#settings;
    this.#hasTold = true;
    const nowMs = mirror.refill();
    const { held, spent } = ledger;
    const state = { held, spent, told: this.#told, owedAtMost: mirror.owed(), waitingPoints: room.line.points };
    const sequence = process.nextSequence();
    const parameters = process.write({ sequence, leaves, nowMs, ...state, ended: this.#ended, candidates });
    this.#ended = [];
    const hearing = await process.link.call(this.#key, parameters, readHearing, onLate);
    this.#told = spent;
    return hearing;
  }
}

/** Those who came before Redis had told whether they wait in vain. */
interface Newcomers {
  /** Has a waiter judged as soon as that is possible. */
  add(waiter: Waiter, maxWaitMs: number): void;
  /** Nobody is judged: their own time limits end the waits that are in vain. */
  forget(): void;
  /** Rejects those who wait in vain, by what Redis has just said. */
  judge(): void;
}

/** Makes the list. */
export function createNewcomers(shop: string, mirror: Mirror, room: WaitingRoom): Newcomers {
  const { line } = room;
  const { bucket } = mirror;
  let unjudged: { readonly waiter: Waiter; readonly maxWaitMs: number }[] = [];
  return {
    add: (waiter, maxWaitMs) => void unjudged.push({ waiter, maxWaitMs }),
    forget() {
      unjudged = [];
    },
    judge() {
      const { maximumAvailable, confirmed } = bucket;
      const judged = unjudged;
      unjudged = [];
      if (!confirmed) return;
      for (let next = room.next(); next && next.cost > maximumAvailable; next = room.next()) {
        next.reject(tooBig(shop, next.cost, maximumAvailable));
      }
      const inLineMs = ({ rank, sequence, cost }: Waiter): number =>
        msInLine(bucket, mirror.pointsAhead + line.pointsAhead(rank, sequence), cost);
      if (judged.some(({ waiter, maxWaitMs }) => inLineMs(waiter) > maxWaitMs)) room.repriceAll();
      for (const { waiter, maxWaitMs } of judged) {
        const waitMs = inLineMs(waiter);
        if (waiter.position >= 0 && waitMs > maxWaitMs) waiter.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
    },
  };
}

/** What the buckets of one limiter know together about Redis. */
interface RedisLink {
  /** Whether the last call was answered. Taken to be so until one fails. */
  readonly isUp: boolean;
  /** Whether a call makes sense now: Redis is there, or it is time to see whether it has come back. */
  mayCall(): boolean;
  /**
   * Runs the script on one key and reads its answer. Settles after `commandTimeoutMs` at the latest, also
   * where the client would wait for ever; `onLate` hears of an answer that comes after that.
   *
   * @throws What the client or `read` throws, or a TimeoutError.
   */
  call<T>(
    key: string,
    parameters: readonly (string | number)[],
    read: (answer: string) => T,
    onLate: () => void,
  ): Promise<T>;
}

type LinkSettings = Pick<RedisLimiterSettings, 'redis' | 'clock' | 'commandTimeoutMs' | 'probeMs' | 'logger'>;

/**
 * How much rarer the tries are while a client still keeps commands that were given up: it may queue what
 * it is given until a server comes, and would be given more and more.
 */
const patience = 30;

/** Makes the link. A script that Redis does not know (any more) is sent to it in full. */
export function createRedisLink(settings: LinkSettings): RedisLink {
  const { redis, clock, commandTimeoutMs, probeMs, logger } = settings;
  const sha = createHash('sha1').update(bucketScript).digest('hex');
  let isUp = true;
  let isProbing = false;
  let probeAtMs = 0;
  let givenUp = 0;

  const run = async (key: string, parameters: readonly (string | number)[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, 1, key, ...parameters);
    } catch (error) {
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return await redis.eval(bucketScript, 1, key, ...parameters);
    }
  };

  const giveUp = (command: Promise<unknown>, onLate: () => void): TimeoutError => {
    givenUp += 1;
    // Once the client has an outcome for it, there is something at the other end again.
    const settle = (): void => {
      givenUp -= 1;
      if (givenUp === 0) probeAtMs = Math.min(probeAtMs, clock.monotonic());
    };
    command.finally(settle).then(onLate, () => undefined);
    const limits = { timeoutMs: commandTimeoutMs, mayHaveExecuted: true };
    return new TimeoutError(`Redis did not answer within ${commandTimeoutMs} ms.`, { code: 'TIMEOUT', ...limits });
  };

  const inTime = (command: Promise<unknown>, onLate: () => void): Promise<unknown> =>
    new Promise((resolve, reject) => {
      // A process that was held up finds its timers due before it reads what has long been answered: it
      // looks once more before it gives up.
      let cancel = clock.setTimer(() => {
        cancel = clock.setTimer(() => reject(giveUp(command, onLate)), 0);
      }, commandTimeoutMs);
      command.then(resolve, reject).finally(() => cancel());
    });

  const failed = (error: unknown): void => {
    probeAtMs = clock.monotonic() + probeMs * (givenUp > 0 ? patience : 1);
    if (!isUp) return;
    isUp = false;
    logger?.warn({ error: messageOf(error) }, 'Redis is gone: the limiter keeps to its share of each bucket');
  };

  const succeeded = (): void => {
    if (isUp) return;
    isUp = true;
    logger?.info({}, 'Redis is back: the limiter shares its buckets again');
  };

  return {
    get isUp() {
      return isUp;
    },
    mayCall: () => isUp || (!isProbing && clock.monotonic() >= probeAtMs),
    async call(key, parameters, read, onLate) {
      const isProbe = !isUp;
      isProbing ||= isProbe;
      try {
        const answer = read(String(await inTime(run(key, parameters), onLate)));
        succeeded();
        return answer;
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        if (isProbe) isProbing = false;
      }
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
