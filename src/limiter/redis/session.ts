import type { BucketScope } from '../../ports/rate-limiter.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { tooExpensive, type Waiter, type WaitQueue } from '../wait-queue.ts';
import type { RedisConnection } from './connection.ts';
import type { LearnedCosts } from './learned-costs.ts';
import { type EndedPermit, type ScriptReply, UnusableBucketError } from './protocol.ts';
import type { LocalReplica } from './replica.ts';

interface RedisSessionSettings {
  readonly scope: BucketScope;
  readonly connection: RedisConnection;
  readonly replica: LocalReplica;
  readonly queue: WaitQueue;
  readonly costs: LearnedCosts;
  /** Serves the waiting calls while Redis is down. */
  readonly dispatcher: Dispatcher;
}

/** The most permits that one call asks for. */
const batch = 16;

/**
 * Exchanges the state of one bucket with Redis. One call runs at a time; the next one reports what happens in the
 * meantime. If a call fails, the bucket is the safe share of this process until one succeeds.
 */
export class RedisSession {
  readonly #scope: BucketScope;
  readonly #connection: RedisConnection;
  readonly #replica: LocalReplica;
  readonly #queue: WaitQueue;
  readonly #costs: LearnedCosts;
  readonly #dispatcher: Dispatcher;
  /** Ended permits that have not been reported to Redis. */
  #unreported: EndedPermit[] = [];
  /** Spent points that Redis has confirmed. */
  #reportedSpent = 0;
  /** Calls that arrived before it was known whether they would wait too long. */
  #unchecked: { readonly waiter: Waiter; readonly maxWaitMs: number }[] = [];
  /** Whether Redis may know of this process. */
  #hasCalled = false;
  #isCalling = false;
  /** A call is due at the end of this turn, or after the one that is running. */
  #isDue = false;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;
  /** When to check whether the bucket in Redis can be used again, in monotonic milliseconds. */
  #unusableUntilMs = 0;

  constructor({ scope, connection, replica, queue, costs, dispatcher }: RedisSessionSettings) {
    this.#scope = scope;
    this.#connection = connection;
    this.#replica = replica;
    this.#queue = queue;
    this.#costs = costs;
    this.#dispatcher = dispatcher;
  }

  /** Whether a call is running, or something has to be reported to Redis. */
  get isBusy(): boolean {
    return this.#unreported.length > 0 || this.#isCalling;
  }

  /** Calls Redis at the end of this turn, or after the call that is running. */
  callSoon(): void {
    if (!this.#isCalling && !this.#isDue) queueMicrotask(() => this.#act());
    this.#isDue = true;
  }

  /** Rejects a waiter as soon as a reply shows that it would wait too long. */
  checkLater(waiter: Waiter, maxWaitMs: number): void {
    this.#unchecked.push({ waiter, maxWaitMs });
  }

  /** Reports that a permit has ended. */
  ended(permit: EndedPermit): void {
    if (!this.#replica.isDegraded || this.#isCalling) this.#unreported.push(permit);
    if (this.#isClosed) this.#sayGoodbye();
    else if (this.#replica.isDegraded) this.#dispatcher.drain(this.#replica.refill());
    else if (this.#queue.size > 0) this.callSoon();
    // No call waits here. If one arrives at once, a single message is enough.
    else if (!this.#isCalling && !this.#isDue) this.#setTimer(0);
  }

  /** Removes this process from Redis, now and after the end of each permit that is still out. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#sayGoodbye();
  }

  /** Calls Redis if that makes sense now. */
  #act(): void {
    if (this.#isCalling || this.#isClosed) return;
    this.#isDue = false;
    this.#stopTimer();
    if (!this.#connection.isUp && !this.#replica.isDegraded) this.#degrade();
    if (this.#mayCall()) void this.#call();
    else if (this.#queue.size > 0 || this.#replica.held.count > 0) this.#setTimer(this.#connection.settings.probeMs);
  }

  #mayCall(): boolean {
    const isUsable = this.#connection.settings.clock.monotonic() >= this.#unusableUntilMs;
    return isUsable && this.#connection.mayCall();
  }

  async #call(): Promise<void> {
    const isProbe = this.#replica.isDegraded;
    // A probe requests no permits: a late reply must not grant any.
    const candidates = isProbe ? [] : this.#queue.front(batch);
    const asked = candidates.map(({ cost }) => cost);
    this.#isCalling = true;
    const reply = await this.#send(candidates, false).catch((error: unknown) => this.#noteUnusable(error));
    this.#isCalling = false;
    if (this.#isClosed) return;
    if (reply) {
      this.#hear(reply, candidates, asked);
      return;
    }
    // The share has counted the ended permits; their sum is reported to Redis later.
    if (isProbe) this.#unreported = [];
    else this.#degrade();
    this.#act();
  }

  /** Reports the state of this process, and requests permits. */
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

  /** @param asked The points that the candidates requested. */
  #hear(reply: ScriptReply, candidates: readonly Waiter[], asked: readonly number[]): void {
    const replica = this.#replica;
    const wasDegraded = replica.isDegraded;
    if (wasDegraded) this.#dispatcher.stop();
    replica.apply(reply, this.#unreported);
    if (reply.isReplaced) {
      this.#connection.warnOnce('A bucket in Redis was damaged, and has been reset', this.#scope);
    }
    if (reply.costs) this.#costs.hear(reply.costs);
    for (const [index, waiter] of candidates.slice(0, reply.granted).entries()) {
      const points = asked[index] ?? 0;
      // A waiter that left meanwhile, or whose cost has increased, takes no permit: the next report does not count it.
      if (!waiter.isWaiting || !this.#queue.reprice(waiter) || waiter.cost > points) this.#isDue = true;
      else waiter.grant(replica.accept(reply, points, waiter.enteredMs));
    }
    this.#rejectHopeless();
    const [first, next] = [this.#queue.first, candidates[reply.granted]];
    if (this.#isDue || wasDegraded || this.#unreported.length > 0 || first !== next) this.#act();
    else if (first) this.#setTimer(Math.ceil(reply.waitMs) + 1);
    else if (replica.held.count > 0) this.#setTimer(this.#connection.settings.leaseMs / 3);
  }

  /** Rejects the waiters that would wait too long according to the last reply. */
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
    // Their own time limits end the waits that are too long.
    this.#unchecked = [];
    this.#replica.degrade();
    this.#dispatcher.drain(this.#replica.refill());
  }

  /** Redis executed a call after its time limit, and holds points that this process no longer needs: corrects that. */
  #correct(): void {
    if (!this.#replica.isDegraded || this.#isCalling || this.#isClosed) return;
    this.#stopTimer();
    void this.#call();
  }

  /** If only this bucket is unusable, logs that once and leaves it alone until the next probe. */
  #noteUnusable(error: unknown): undefined {
    if (!(error instanceof UnusableBucketError)) return;
    const { clock, probeMs } = this.#connection.settings;
    this.#unusableUntilMs = clock.monotonic() + probeMs;
    this.#connection.warnOnce(`${error.message}: each process uses its share of it`, this.#scope);
  }

  /** Reports the rest of this process's state to Redis after the limiter was closed. */
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
    // There may be many idle buckets, and none should hold an expired timer.
    this.#cancelTimer = undefined;
  }
}
