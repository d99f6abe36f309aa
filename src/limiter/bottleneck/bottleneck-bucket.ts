import { NetworkError } from '../../errors/connection.ts';
import { ConfigError } from '../../errors/local.ts';
import { createBucket, isPoints, msInLine, type Reservation, refill, refund, reserve, settle } from '../bucket.ts';
import { tooBig, waitTooLong } from '../refusals.ts';
import type { ShopBucket } from '../shop-bucket.ts';
import type { Permit, PermitAnswer } from '../types.ts';
import { createWaitingRoom, type Waiter } from '../waiting-room.ts';
import { createHostReservoir, createOwnReservoir } from './reservoir.ts';
import { inTime } from './start.ts';
import type { BottleneckJobInfo, BottleneckLimiterSettings, HostBottleneck } from './types.ts';

/** A call in Bottleneck's queue. It stays there when its waiter leaves. */
interface Job {
  readonly waiter: Waiter;
  readonly weight: number;
  /** Its points, from the moment when Bottleneck lets it through to a waiter who is still there. */
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
  const { clock, priorities, startTimeoutMs } = settings;
  const bucket = createBucket(settings, clock.monotonic());
  const jobs = new Map<string, Job>();
  /** Options of the jobs that were let through: Bottleneck tells of a job again when it is retried. */
  const letThrough = new WeakSet<object>();
  /** Those whom Bottleneck does not know yet. */
  const notAdmitted = new Set<Waiter>();
  let phase: 'new' | 'starting' | 'ready' | 'closed' = 'new';
  let usedAtMs = clock.monotonic();
  let sequence = 0;
  /** Jobs may be heavier than the bucket, because it has become smaller. */
  let hasShrunk = false;
  let cancelTick: (() => void) | undefined;

  const room = createWaitingRoom({ shop, clock, agingMs: neverAgesMs, onNewFirst: () => admit() });
  const { line } = room;

  /** What the heaviest job lacks to get through at all; it would hold up everybody behind it for ever. */
  const spare = (): number => {
    if (!hasShrunk) return 0;
    let heaviest = 0;
    for (const { weight } of jobs.values()) heaviest = Math.max(heaviest, weight);
    hasShrunk = heaviest > bucket.maximumAvailable;
    return Math.max(0, heaviest - bucket.maximumAvailable);
  };
  const reservoir =
    settings.refill === 'host' ? createHostReservoir(bottleneck) : createOwnReservoir(bottleneck, bucket, spare);

  const refillNow = (): number => {
    const nowMs = clock.monotonic();
    refill(bucket, nowMs);
    return nowMs;
  };

  const start = async (): Promise<void> => {
    phase = 'starting';
    const points = await inTime(clock, startTimeoutMs, shop, bottleneck.currentReservoir());
    if (points === null) {
      const message = 'give the Bottleneck a reservoir, such as `new Bottleneck({ reservoir: 0 })`';
      throw new ConfigError([{ field: 'limiter.limiterFor', message }], { shop });
    }
    if (phase !== 'starting') return;
    phase = 'ready';
    refillNow();
    reservoir.begin(points);
    admit();
  };

  /** Puts into Bottleneck's queue who may stand there. */
  const admit = (): void => {
    if (phase === 'new') {
      start().catch((error: unknown) => {
        if (phase === 'starting') phase = 'new';
        room.rejectAll(error);
      });
    }
    if (phase !== 'ready') return;
    if (bucket.confirmed) {
      const inOrder = [...notAdmitted].sort((one, other) => one.rank - other.rank || one.sequence - other.sequence);
      for (const waiter of inOrder) submit(waiter);
    } else if (line.first && jobs.size === 0 && bucket.inFlight === 0) {
      // Nothing is known of the bucket yet: one call goes ahead and brings the numbers.
      submit(line.first);
    }
  };

  const submit = (waiter: Waiter): void => {
    notAdmitted.delete(waiter);
    const { cost, isBackground, position } = waiter;
    const { confirmed, maximumAvailable } = bucket;
    if (position < 0) return;
    if (confirmed && cost > maximumAvailable) {
      waiter.reject(tooBig(shop, cost, maximumAvailable));
      return;
    }
    const weight = Math.ceil(Math.min(cost, maximumAvailable));
    const id = `${shop}-${clock.now()}-${++sequence}-${Math.random()}`;
    jobs.set(id, { waiter, weight });
    const priority = isBackground ? priorities.background : priorities.interactive;
    bottleneck.schedule({ id, weight, priority }, () => run(id)).catch((error: unknown) => drop(id, error));
  };

  const run = (id: string): Promise<void> => {
    const job = jobs.get(id);
    jobs.delete(id);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!job?.reservation) resolve();
    else if (job.waiter.position < 0) giveBack(job.reservation);
    ...
    return promise;
  };
