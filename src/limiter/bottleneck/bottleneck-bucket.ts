import { createBucket, isPoints, msInLine, type Reservation, refill, refund, reserve, settle } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import type { Permit, PermitAnswer } from '../types.ts';
import { createWaitingRoom, type Waiter } from '../waiting-room.ts';
import { createHostReservoir, createOwnReservoir } from './reservoir.ts';
import { dropped, startPoints } from './start.ts';
import type { BottleneckJobInfo, BottleneckLimiterSettings, HostBottleneck } from './types.ts';

/** A call that Bottleneck knows of. It stays in the queue there when its waiter leaves. */
interface Job {
  readonly waiter: Waiter;
  readonly weight: number;
  /** Its points, once Bottleneck has let it through to a waiter who was still there. */
  reservation?: Reservation;
}

/** Background calls stand behind all interactive ones, as Bottleneck's priorities have it. */
const neverAgesMs = 1e15;

/** Makes the bucket of one app on one shop whose calls a Bottleneck lets through. */
export function createBottleneckBucket(
  shop: string,
  bottleneck: HostBottleneck,
  settings: BottleneckLimiterSettings,
): ShopBucket {
  const { clock, priorities, refill: refilledBy } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  const jobs = new Map<string, Job>();
  /** Options of jobs that were let through: Bottleneck tells of a job again when it is retried. */
  const letThrough = new WeakSet<object>();
  let phase: 'new' | 'starting' | 'trial' | 'ready' | 'closed' = 'new';
  let usedAtMs = clock.monotonic();
  let jobCount = 0;
  /** Jobs may be heavier than the bucket, because it has become smaller. */
  let hasShrunk = false;
  let cancelTick: (() => void) | undefined;

  const room = createWaitingRoom({ shop, clock, agingMs: neverAgesMs, onNewFirst: () => admit() });
  const { line } = room;

  /** What the heaviest job lacks to get through at all: it would hold up everybody behind it for ever. */
  const spare = (): number => {
    if (!hasShrunk) return 0;
    let heaviest = 0;
    for (const { weight } of jobs.values()) heaviest = Math.max(heaviest, weight);
    hasShrunk = heaviest > bucket.maximumAvailable;
    return Math.max(0, heaviest - bucket.maximumAvailable);
  };
  const reservoir =
    refilledBy === 'host' ? createHostReservoir(bottleneck) : createOwnReservoir(bottleneck, bucket, spare);

  const refillNow = (): number => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    return nowMs;
  };

  const start = async (): Promise<void> => {
    phase = 'starting';
    try {
      const points = await startPoints(shop, bottleneck, settings);
      if (phase !== 'starting') return;
      phase = 'trial';
      refillNow();
      reservoir.begin(points);
      admit();
      watch();
    } catch (error) {
      if (phase !== 'starting') return;
      phase = 'new';
      room.rejectAll(error);
    }
  };

  /** Puts into Bottleneck's queue who may stand there and does not yet. */
  const admit = (): void => {
    if (phase === 'new') void start();
    // Nothing is known of the bucket yet: one call goes ahead and brings the numbers.
    if (phase !== 'trial' || jobs.size > 0) return;
    if (bucket.confirmed) {
      phase = 'ready';
      for (const waiter of line.front(line.size)) submit(waiter);
    } else if (line.first && bucket.inFlight === 0) {
      submit(line.first);
    }
  };

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
        admit();
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
    else admit();
    return Promise.resolve();
  };

  /** Bottleneck cannot change a weight: who has become dearer gives the points back and joins the queue anew. */
  const comeAgain = (waiter: Waiter, reservation: Reservation): void => {
    const isAdmitted = phase === 'ready';
    end(reservation);
    // Else this has admitted the waiter already, who is still in line.
    if (isAdmitted) submit(waiter);
  };

  const permitOf = (reservation: Reservation, sinceMs: number, finish: () => void): Permit => {
    let isOut = true;
    const once = (answer?: PermitAnswer): void => {
      if (!isOut) return;
      isOut = false;
      end(reservation, answer);
      finish();
    };
    const waitedMs = clock.monotonic() - sinceMs;
    return { cost: reservation.points, waitedMs, settle: once, refund: () => once() };
  };

  /** Ends a reservation: by an answer, or because nothing was sent. */
  const end = (reservation: Reservation, answer?: PermitAnswer): void => {
    usedAtMs = refillNow();
    const { points } = reservation;
    const before = bucket.maximumAvailable;
    if (answer) settle(bucket, reservation, answer);
    else refund(bucket, reservation);
    if (bucket.maximumAvailable < before) turnAway();
    const isFree = !answer || answer.throttled === true;
    const spent = isFree ? 0 : isPoints(answer.actualCost) ? answer.actualCost : points;
    reservoir.ended(points, spent, answer?.throttleStatus);
    admit();
  };

  /** Rejects who waits in vain, since the bucket has become smaller. */
  const turnAway = (): void => {
    const { maximumAvailable } = bucket;
    hasShrunk = true;
    for (const { waiter } of jobs.values()) {
      if (waiter.position >= 0 && waiter.cost > maximumAvailable) {
        waiter.reject(tooBig(shop, waiter.cost, maximumAvailable));
      }
    }
  };

  const watch = (): void => {
    if (cancelTick || phase === 'closed' || (jobs.size === 0 && bottleneck.queued() === 0)) return;
    cancelTick = clock.setTimer(() => {
      cancelTick = undefined;
      refillNow();
      reservoir.tick();
      watch();
    }, reservoir.tickMs);
  };

  // The host's own jobs take points out of the same reservoir.
  bottleneck.on('queued', () => {
    refillNow();
    reservoir.joined();
    watch();
  });
  bottleneck.on('scheduled', ({ options }: BottleneckJobInfo) => {
    if (letThrough.has(options)) return;
    letThrough.add(options);
    refillNow();
    const job = jobs.get(options.id);
    const isWanted = job !== undefined && job.waiter.position >= 0;
    if (isWanted) job.reservation = reserve(bucket, options.weight);
    else if (!job) {
      bucket.level -= options.weight;
      bucket.spent += options.weight;
    }
    reservoir.taken(options.weight);
    if (job && !isWanted) reservoir.ended(options.weight, 0);
  });

  return {
    acquire(request) {
      const { cost, signal, maxWaitMs } = request;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const nowMs = refillNow();
      usedAtMs = nowMs;
      const { maximumAvailable, confirmed } = bucket;
      if (confirmed && cost > maximumAvailable) return Promise.reject(tooBig(shop, cost, maximumAvailable));
      if (maxWaitMs !== undefined && confirmed) {
        const waitMs = msInLine(bucket, line.pointsAhead(room.rankOf(request, nowMs)), Math.ceil(cost));
        if (waitMs > maxWaitMs) return Promise.reject(waitTooLong(shop, maxWaitMs, waitMs));
      }
      const { waiter, permit } = room.enter(request, nowMs);
      if (phase === 'ready') submit(waiter);
      else admit();
      return permit;
    },
    status() {
      refillNow();
      const { maximumAvailable, restoreRate, reserved, inFlight, confirmed } = bucket;
      const available = Math.max(0, bucket.level);
      const waiting = { waiting: line.size, waitingPoints: line.points };
      return { maximumAvailable, available, restoreRate, reserved, inFlight, ...waiting, confirmed };
    },
    isIdle(forMs) {
      return bucket.inFlight === 0 && jobs.size === 0 && line.size === 0 && clock.monotonic() - usedAtMs >= forMs;
    },
    close(reason) {
      phase = 'closed';
      cancelTick?.();
      room.rejectAll(reason);
    },
  };
}
