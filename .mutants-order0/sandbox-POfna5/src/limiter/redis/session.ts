// @ts-nocheck
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
  /** When it makes sense to look whether the bucket in Redis can be used again, in monotonic milliseconds. */
  #unusableUntilMs = 0;

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
    const isUsable = this.#connection.settings.clock.monotonic() >= this.#unusableUntilMs;
    return isUsable && this.#connection.mayCall();
  }

  async #call(): Promise<void> {
    const isProbe = this.#replica.isDegraded;
    // A probe whether Redis is back asks for nothing: a reply that comes too late must not grant.
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
    if (wasDegraded) this.#dispatcher.stop();
    replica.apply(reply, this.#unreported);
    if (reply.isReplaced) {
      this.#connection.tellOnce('A bucket in Redis was damaged, and has begun anew', this.#scope);
    }
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
  #noteUnusable(error: unknown): undefined {
    if (!(error instanceof UnusableBucketError)) return;
    const { clock, probeMs } = this.#connection.settings;
    this.#unusableUntilMs = clock.monotonic() + probeMs;
    this.#connection.tellOnce(`${error.message}: the limiter keeps to its share of it`, this.#scope);
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
