import { createHash, randomBytes } from 'node:crypto';
import { TimeoutError } from '../../errors/errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { BucketScope } from '../../ports/rate-limiter.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { TokenBucketSettings } from '../token-bucket.ts';
import { tooExpensive, type Waiter, type WaitQueue } from '../wait-queue.ts';
import bucketScript from './bucket.lua';
import type { LearnedCosts } from './learned-costs.ts';
import {
  type EndedPermit,
  fixedParameters,
  NewerFormatError,
  readReply,
  requestParameters,
  type ScriptReply,
  type ScriptRequest,
} from './protocol.ts';
import type { LocalReplica } from './replica.ts';

interface RedisSessionSettings {
  readonly scope: BucketScope;
  readonly connection: RedisConnection;
  readonly replica: LocalReplica;
  readonly queue: WaitQueue;
  readonly costs: LearnedCosts;
  /** Serves those who wait while Redis is gone. */
  readonly dispatcher: Dispatcher;
}

/** The most permits that one call asks for. */
const batch = 16;

/**
 * What one bucket of this process and Redis say to each other. One call at a time is on its way; whatever happens
 * meanwhile goes with the next one. Where a call fails, the bucket is the safe share of this process until one
 * succeeds.
 */
export class RedisSession {
  readonly #scope: BucketScope;
  readonly #connection: RedisConnection;
  readonly #replica: LocalReplica;
  readonly #queue: WaitQueue;
  readonly #costs: LearnedCosts;
  readonly #dispatcher: Dispatcher;
  /** Permits that ended and that Redis has not been told of. */
  #unreported: EndedPermit[] = [];
  /** Points spent that Redis has confirmed to know. */
  #reportedSpent = 0;
  /** Calls that came before it was known whether they wait in vain. */
  #unchecked: { readonly waiter: Waiter; readonly maxWaitMs: number }[] = [];
  /** Whether Redis may know of this process. */
  #hasCalled = false;
  #isCalling = false;
  /** A call is due at the end of this turn, or after the one that is on its way. */
  #isDue = false;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;
  /** Redis has the bucket in a newer format. */
  #isNewer = false;
  /** When it makes sense to look whether that has changed, in monotonic milliseconds. */
  #newerUntilMs = 0;

  constructor({ scope, connection, replica, queue, costs, dispatcher }: RedisSessionSettings) {
    this.#scope = scope;
    this.#connection = connection;
    this.#replica = replica;
    this.#queue = queue;
    this.#costs = costs;
    this.#dispatcher = dispatcher;
  }

  /** Whether a call is on its way, or Redis has to be told something. */
  get isBusy(): boolean {
    return this.#unreported.length > 0 || this.#isCalling;
  }

  /** Calls Redis at the end of this turn, or after the call that is on its way. */
  callSoon(): void {
    if (!this.#isCalling && !this.#isDue) queueMicrotask(() => this.#act());
    this.#isDue = true;
  }

  /** Rejects a waiter as soon as Redis shows that it waits in vain. */
  checkLater(waiter: Waiter, maxWaitMs: number): void {
    this.#unchecked.push({ waiter, maxWaitMs });
  }

  /** Reports that a permit is no longer out. */
  ended(permit: EndedPermit): void {
    if (!this.#replica.isDegraded || this.#isCalling) this.#unreported.push(permit);
    if (this.#isClosed) this.#sayGoodbye();
    else if (this.#replica.isDegraded) this.#dispatcher.drain(this.#replica.refill());
    else if (this.#queue.size > 0) this.callSoon();
    // Nobody waits here: if the next call comes at once, one message does for both.
    else if (!this.#isCalling && !this.#isDue) this.#setTimer(0);
  }

  /** Says goodbye, and once more at the end of each permit that is still out. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#sayGoodbye();
  }

  /** Calls Redis where that makes sense now. */
  #act(): void {
    if (this.#isCalling || this.#isClosed) return;
    this.#isDue = false;
    this.#stopTimer();
    if (!this.#connection.isUp && !this.#replica.isDegraded) this.#degrade();
    if (this.#mayCall()) void this.#call();
    else if (this.#queue.size > 0 || this.#replica.held.count > 0) this.#setTimer(this.#connection.settings.probeMs);
  }

  #mayCall(): boolean {
    const isBlocked = this.#isNewer && this.#connection.settings.clock.monotonic() < this.#newerUntilMs;
    return !isBlocked && this.#connection.mayCall();
  }

  async #call(): Promise<void> {
    const isProbe = this.#replica.isDegraded;
    // A probe whether Redis is back asks for nothing: a reply that comes too late must not grant.
    const candidates = isProbe ? [] : this.#queue.front(batch);
    const asked = candidates.map(({ cost }) => cost);
    this.#isCalling = true;
    const reply = await this.#send(candidates, false).catch((error: unknown) => this.#noteNewer(error));
    this.#isCalling = false;
    if (this.#isClosed) return;
    if (reply) {
      this.#hear(reply, candidates, asked);
      return;
    }
    // The share has counted what ended, and Redis will be told of it as a sum.
    if (isProbe) this.#unreported = [];
    else this.#degrade();
    this.#act();
  }

  /** Reports how things stand, and asks for permits. */
  async #send(candidates: readonly Waiter[], leaves: boolean): Promise<ScriptReply> {
    const { shop, app } = this.#scope;
    this.#hasCalled = true;
    const nowMs = this.#replica.refill();
    const { held, spent, owed } = this.#replica;
    const ended = this.#unreported;
    this.#unreported = [];
    const learned = this.#costs.take();
    const request = {
      ...{ leaves, held, spent, reportedSpent: this.#reportedSpent, owedAtMost: owed },
      ...{ waitingPoints: this.#queue.points, ended, learned, heard: this.#costs.mark, candidates, nowMs },
    };
    try {
      const reply = await this.#connection.call(`{${shop}:${app}}`, request, () => this.#correct());
      this.#reportedSpent = spent;
      return reply;
    } catch (error) {
      this.#costs.giveBack(learned);
      throw error;
    }
  }

  /** @param asked What the candidates asked for. */
  #hear(reply: ScriptReply, candidates: readonly Waiter[], asked: readonly number[]): void {
    const replica = this.#replica;
    const wasDegraded = replica.isDegraded;
    this.#isNewer = false;
    if (wasDegraded) this.#dispatcher.stop();
    replica.apply(reply, this.#unreported);
    if (reply.costs) this.#costs.hear(reply.costs);
    for (const [index, waiter] of candidates.slice(0, reply.granted).entries()) {
      const points = asked[index] ?? 0;
      // Who left meanwhile, or has just turned out to cost more, takes nothing: the next call does not count it among
      // the permits that are out.
      if (!waiter.isWaiting || !this.#queue.reprice(waiter) || waiter.cost > points) this.#isDue = true;
      else waiter.grant(replica.accept(reply, points, waiter.enteredMs));
    }
    this.#rejectHopeless();
    const [first, next] = [this.#queue.first, candidates[reply.granted]];
    if (this.#isDue || wasDegraded || this.#unreported.length > 0 || first !== next) this.#act();
    else if (first) this.#setTimer(Math.ceil(reply.waitMs) + 1);
    else if (replica.held.count > 0) this.#setTimer(this.#connection.settings.leaseMs / 3);
  }

  /** Rejects those who wait in vain, by what Redis has just replied. */
  #rejectHopeless(): void {
    const { bucket, pointsAhead } = this.#replica;
    const { maximumAvailable } = bucket;
    const unchecked = this.#unchecked;
    this.#unchecked = [];
    if (!bucket.confirmed) return;
    for (let next = this.#queue.next(); next && next.cost > maximumAvailable; next = this.#queue.next()) {
      next.reject(tooExpensive(this.#scope.shop, next.cost, maximumAvailable));
    }
    this.#queue.rejectHopeless(unchecked, bucket, pointsAhead);
  }

  #degrade(): void {
    this.#unreported = [];
    // Their own time limits end the waits that are in vain.
    this.#unchecked = [];
    this.#replica.degrade();
    this.#dispatcher.drain(this.#replica.refill());
  }

  /** Redis has executed late what was given up, and holds points for calls that went without. */
  #correct(): void {
    if (!this.#replica.isDegraded || this.#isCalling || this.#isClosed) return;
    this.#stopTimer();
    void this.#call();
  }

  /** A call has failed: what is to be known of it beyond that. */
  #noteNewer(error: unknown): undefined {
    if (!(error instanceof NewerFormatError)) return;
    const { clock, probeMs, logger } = this.#connection.settings;
    this.#newerUntilMs = clock.monotonic() + probeMs;
    if (this.#isNewer) return;
    this.#isNewer = true;
    logger?.warn(
      { ...this.#scope, error: error.message },
      'A newer version of shopwright keeps this bucket in Redis: the limiter keeps to its share of it',
    );
  }

  /** Tells Redis, after the limiter was closed, what is left of this process. */
  #sayGoodbye(): void {
    const knowsUs = this.#hasCalled && !this.#replica.isDegraded && this.#connection.isUp;
    if (knowsUs) this.#send([], this.#replica.held.count === 0).catch(() => undefined);
  }

  #setTimer(delayMs: number): void {
    this.#stopTimer();
    this.#cancelTimer = this.#connection.settings.clock.setTimer(() => this.#act(), delayMs);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    // Many buckets are idle: none should keep a timer that is over.
    this.#cancelTimer = undefined;
  }
}

/** The part of an ioredis client that the limiter needs; `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface RedisScripting {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

interface RedisConnectionSettings extends TokenBucketSettings {
  readonly redis: RedisScripting;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly leaseMs: number;
  readonly probeMs: number;
  readonly logger: Logger | undefined;
}

/**
 * How much rarer the probes are while a client still keeps commands that were given up: it may queue what
 * it is given until a server comes, and would be given more and more.
 */
const patience = 30;

/** What the buckets of one limiter share: this process as Redis knows it, and whether Redis is there. */
export class RedisConnection {
  readonly settings: RedisConnectionSettings;
  readonly #process = randomBytes(6).toString('base64url');
  readonly #sha = createHash('sha1').update(bucketScript).digest('hex');
  readonly #fixed: readonly number[];
  #calls = 0;
  #isUp = true;
  #isProbing = false;
  #probeAtMs = 0;
  #givenUp = 0;

  constructor(settings: RedisConnectionSettings) {
    this.settings = settings;
    this.#fixed = fixedParameters(settings);
  }

  /** Whether the last call succeeded. Taken to be so until one fails. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether a call makes sense now: Redis is there, or it is time to see whether it has come back. */
  mayCall(): boolean {
    return this.#isUp || (!this.#isProbing && this.settings.clock.monotonic() >= this.#probeAtMs);
  }

  /**
   * Runs the script on the keys of one bucket, in one slot of a cluster. Settles after `commandTimeoutMs` at the latest, also where the client would wait for
   * ever; `onLate` is told of a reply that comes after that.
   *
   * @throws What the client or `readReply` throws, or a TimeoutError.
   */
  async call(name: string, request: ScriptRequest, onLate: () => void): Promise<ScriptReply> {
    const isProbe = !this.#isUp;
    this.#isProbing ||= isProbe;
    this.#calls += 1;
    const parameters = [this.#process, this.#calls, ...this.#fixed, ...requestParameters(request)];
    try {
      const reply = readReply(String(await this.#inTime(this.#run(name, parameters), onLate)));
      this.#succeeded();
      return reply;
    } catch (error) {
      if (error instanceof NewerFormatError) this.#succeeded();
      else this.#failed(error);
      throw error;
    } finally {
      if (isProbe) this.#isProbing = false;
    }
  }

  /** A script that Redis does not know, or has forgotten, is sent to it in full. */
  async #run(name: string, parameters: readonly (string | number)[]): Promise<unknown> {
    const { redis, keyPrefix } = this.settings;
    const key = `${keyPrefix}${name}`;
    const keys = [key, `${key}:costs-1`];
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...parameters);
    } catch (error) {
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return await redis.eval(bucketScript, keys.length, ...keys, ...parameters);
    }
  }

  #inTime(command: Promise<unknown>, onLate: () => void): Promise<unknown> {
    const { clock, commandTimeoutMs } = this.settings;
    return new Promise((resolve, reject) => {
      // A process that was held up finds its timers due before it reads a reply that came long ago: it
      // looks once more before it gives up.
      let cancel = clock.setTimer(() => {
        cancel = clock.setTimer(() => reject(this.#giveUp(command, onLate)), 0);
      }, commandTimeoutMs);
      command.then(resolve, reject).finally(() => cancel());
    });
  }

  #giveUp(command: Promise<unknown>, onLate: () => void): TimeoutError {
    const { clock, commandTimeoutMs } = this.settings;
    this.#givenUp += 1;
    // Once the client has an outcome for it, there is something at the other end again.
    const settle = (): void => {
      this.#givenUp -= 1;
      if (this.#givenUp === 0) this.#probeAtMs = Math.min(this.#probeAtMs, clock.monotonic());
    };
    command.finally(settle).then(onLate, () => undefined);
    const limits = { timeoutMs: commandTimeoutMs, mayHaveExecuted: true };
    return new TimeoutError(`Redis did not respond within ${commandTimeoutMs} ms.`, { code: 'TIMEOUT', ...limits });
  }

  #failed(error: unknown): void {
    const { clock, probeMs, logger } = this.settings;
    this.#probeAtMs = clock.monotonic() + probeMs * (this.#givenUp > 0 ? patience : 1);
    if (!this.#isUp) return;
    this.#isUp = false;
    logger?.warn({ error: messageOf(error) }, 'Redis is gone: the limiter keeps to its share of each bucket');
  }

  #succeeded(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.settings.logger?.info({}, 'Redis is back: the limiter shares its buckets again');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
