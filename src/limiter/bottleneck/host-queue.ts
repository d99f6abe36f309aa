import { ConfigError, NetworkError, TimeoutError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { Permit, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import type { Reservation } from '../bucket.ts';
import { tooBig } from '../refusals.ts';
import type { Waiter, WaitingRoom } from '../wait-queue.ts';
import type { Account } from './account.ts';
import type { BottleneckJobInfo, BottleneckLimiterSettings, HostBottleneck } from './settings.ts';

/** A call that Bottleneck knows of. It stays in the queue there when its waiter leaves. */
interface Job {
  readonly waiter: Waiter;
  readonly weight: number;
  /** Its points, once Bottleneck has let it through to a waiter who was still there. */
  reservation?: Reservation;
}

/** The calls of one bucket that stand in Bottleneck's queue. */
interface HostQueue {
  /** Calls that Bottleneck has not run yet. */
  readonly size: number;
  /** Weight of the heaviest of them. */
  heaviest(): number;
  /** Puts a call into the queue; its waiter gets the permit when Bottleneck runs it. */
  submit(waiter: Waiter): void;
  readonly watch: Watch;
}

/** What the queue needs. */
interface HostQueueSettings extends Pick<BottleneckLimiterSettings, 'clock' | 'priorities'> {
  readonly shop: string;
  readonly bottleneck: HostBottleneck;
  readonly account: Account;
  readonly room: WaitingRoom;
  /** Whether every call that waits stands in the queue. */
  isReady(): boolean;
  /** A call has ended, or has left the queue without a permit. */
  onFree(): void;
}

/** Makes the queue, and listens to Bottleneck from then on. */
export function createHostQueue(settings: HostQueueSettings): HostQueue {
  const { shop, bottleneck, account, room, clock, priorities, isReady, onFree } = settings;
  const { bucket } = account;
  const jobs = new Map<string, Job>();
  /** Options of jobs that were let through: Bottleneck tells of a job again when it is retried. */
  const letThrough = new WeakSet<object>();
  let jobCount = 0;

  /** What the call takes out of the reservoir. A size that is not confirmed is a guess, and refuses nothing. */
  const weightOf = ({ cost }: Waiter): number => Math.min(Math.ceil(cost), Math.floor(bucket.maximumAvailable));

  const submit = (waiter: Waiter): void => {
    if (!room.reprice(waiter)) return;
    const { cost, isBackground } = waiter;
    const { confirmed, maximumAvailable } = bucket;
    if (confirmed && cost > maximumAvailable) {
      waiter.reject(tooBig(shop, cost, maximumAvailable));
      return;
    }
    const weight = weightOf(waiter);
    const priority = isBackground ? priorities.background : priorities.interactive;
    jobCount += 1;
    const id = `shopwright-${Math.random()}-${jobCount}`;
    jobs.set(id, { waiter, weight });
    bottleneck
      .schedule({ id, weight, priority }, () => run(id))
      .catch((error: unknown) => {
        const job = jobs.get(id);
        jobs.delete(id);
        if (job?.reservation) end(job.reservation);
        waiter.reject(dropped(shop, error));
        onFree();
      });
  };

  /** The job itself: it lasts until its permit ends. */
  const run = (id: string): Promise<void> => {
    const job = jobs.get(id);
    jobs.delete(id);
    if (job?.reservation && job.waiter.position >= 0 && room.reprice(job.waiter)) {
      if (weightOf(job.waiter) > job.weight) {
        comeAgain(job.waiter, job.reservation);
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      job.waiter.grant(permitOf(job.reservation, job.waiter.sinceMs, resolve));
      return promise;
    }
    if (job?.reservation) end(job.reservation);
    else onFree();
    return Promise.resolve();
  };

  /** Bottleneck cannot change a weight: who has become dearer gives the points back and joins the queue anew. */
  const comeAgain = (waiter: Waiter, reservation: Reservation): void => {
    const isAdmitted = isReady();
    end(reservation);
    // Else this has admitted the waiter already, who is still in line.
    if (isAdmitted) submit(waiter);
  };

  const permitOf = (reservation: Reservation, sinceMs: number, finish: () => void): Permit => {
    let isOut = true;
    const once = (answer?: ThrottleFeedback): void => {
      if (!isOut) return;
      isOut = false;
      end(reservation, answer);
      finish();
    };
    const waitedMs = clock.monotonic() - sinceMs;
    return { cost: reservation.points, waitedMs, settle: once, refund: () => once() };
  };

  const end = (reservation: Reservation, answer?: ThrottleFeedback): void => {
    if (account.end(reservation, answer)) turnAway();
    onFree();
  };

  /** Rejects who waits in vain, since the bucket has become smaller. */
  const turnAway = (): void => {
    const { maximumAvailable } = bucket;
    for (const { waiter } of jobs.values()) {
      if (waiter.position >= 0 && waiter.cost > maximumAvailable) {
        waiter.reject(tooBig(shop, waiter.cost, maximumAvailable));
      }
    }
  };

  const watch = createWatch(clock, account, () => jobs.size > 0 || bottleneck.queued() > 0);

  // The host's own jobs take points out of the same reservoir.
  bottleneck.on('queued', () => {
    account.joined();
    watch.start();
  });
  bottleneck.on('scheduled', ({ options }: BottleneckJobInfo) => {
    if (letThrough.has(options)) return;
    letThrough.add(options);
    const job = jobs.get(options.id);
    if (!job) account.charge(options.weight);
    else if (job.waiter.position >= 0) job.reservation = account.reserve(options.weight);
    else account.skip(options.weight);
  });

  return {
    get size() {
      return jobs.size;
    },
    heaviest() {
      let heaviest = 0;
      for (const { weight } of jobs.values()) heaviest = Math.max(heaviest, weight);
      return heaviest;
    },
    submit,
    watch,
  };
}

/** Keeps the reservoir up to date for as long as somebody waits. */
interface Watch {
  /** Begins where it is needed and not under way. */
  start(): void;
  /** Ends it for good. */
  close(): void;
}

/** Makes the watch. It keeps no timer while nobody waits. */
function createWatch(clock: Clock, account: Account, isNeeded: () => boolean): Watch {
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

/**
 * What is in the reservoir at the start. A clustered Bottleneck waits for Redis without limit.
 *
 * @throws TimeoutError (code `TIMEOUT`) when that takes longer than `startTimeoutMs`.
 * @throws ConfigError (code `CONFIG_INVALID`) when there is no reservoir.
 */
export function startPoints(
  shop: string,
  bottleneck: HostBottleneck,
  { clock, startTimeoutMs }: BottleneckLimiterSettings,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => {
      const limits = { timeoutMs: startTimeoutMs, mayHaveExecuted: false };
      reject(
        new TimeoutError(`Bottleneck was not ready within ${startTimeoutMs} ms.`, { code: 'TIMEOUT', ...limits, shop }),
      );
    }, startTimeoutMs);
    const take = (points: number | null): void => {
      if (points !== null) resolve(points);
      const message = 'give the Bottleneck a reservoir, such as `new Bottleneck({ reservoir: 0 })`';
      reject(new ConfigError('Invalid configuration', { issues: [{ field: 'limiter.limiterFor', message }], shop }));
    };
    bottleneck.currentReservoir().then(take, reject).finally(cancel);
  });
}

/** Bottleneck dropped the call: it was stopped, its queue was full, or its Redis did not answer. */
function dropped(shop: string, error: unknown): NetworkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new NetworkError(`Bottleneck did not let a call to ${shop} through, nothing was sent: ${reason}`, {
    mayHaveExecuted: false,
    shop,
  });
}
