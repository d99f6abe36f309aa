import type { Clock } from '../internal/clock.ts';
import { redactText } from '../internal/redact.ts';
import type { Logger } from '../ports/logger.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Emit } from '../telemetry/telemetry.ts';

/** Looks at what each response says beside its data: version, deprecations, and the points that are left. */
export interface ApiWatch {
  see(operation: string, headers: TransportResponse['headers'], points: ThrottleStatus | undefined): void;
}

interface ApiWatchSettings {
  readonly shop: string;
  /** The API version that was asked for. */
  readonly asked: string;
  /** What was reported already, shared by all clients of the process. */
  readonly noticed: Set<string>;
  /** Shared by all clients of the app and shop. */
  readonly lastLow: LastLow;
  readonly clock: Clock;
  readonly emit: Emit | undefined;
  readonly logger: Logger | undefined;
}

/** When it was last reported that a shop has few points left: monotonic milliseconds. */
export interface LastLow {
  atMs: number;
}

/** Part of a bucket that is used when that is reported. */
const lowAt = 0.8;

/** Milliseconds between two reports of one shop. */
const lowEveryMs = 60_000;

const rememberedNotices = 5000;

/**
 * Reports once when Shopify serves another API version than the one asked for (an expired version falls forward without
 * an error), once for each operation that uses something deprecated, and once a minute when four fifths of a bucket are
 * used.
 */
export function createApiWatch(settings: ApiWatchSettings): ApiWatch {
  const { shop, asked, noticed, lastLow, clock, emit, logger } = settings;
  const isNew = (key: string): boolean => {
    if (noticed.has(key) || noticed.size >= rememberedNotices) return false;
    noticed.add(key);
    return true;
  };

  const seePoints = ({ currentlyAvailable, maximumAvailable, restoreRate }: ThrottleStatus): void => {
    // What a server sends may be no number at all.
    if (!(maximumAvailable - currentlyAvailable >= maximumAvailable * lowAt && maximumAvailable > 0)) return;
    const nowMs = clock.monotonic();
    if (nowMs - lastLow.atMs < lowEveryMs) return;
    lastLow.atMs = nowMs;
    const available = Math.max(0, currentlyAvailable);
    emit?.({ type: 'bucket-low', shop, available, maximumAvailable, restoreRate });
    logger?.warn(
      { shop, available, maximumAvailable, restoreRate },
      `${shop} has ${Math.floor(available)} of ${maximumAvailable} points left, and ${restoreRate} come back a second: ` +
        'calls wait for points now. Ask for less at a time, or send background work with priority: "background"',
    );
  };

  return {
    see(operation, headers, points) {
      if (points) seePoints(points);
      const version = headers.get('x-shopify-api-version');
      if (version !== null && version !== asked && isNew(`${shop} version ${asked} ${version}`)) {
        const served = redactText(version);
        emit?.({ type: 'api-version', shop, asked, served });
        logger?.warn(
          { shop, asked, served },
          `Shopify served API version ${served} instead of ${asked}; move to a supported version`,
        );
      }
      const told = headers.get('x-shopify-api-deprecated-reason');
      if (told !== null && isNew(`${shop} deprecation ${operation} ${told}`)) {
        const reason = redactText(told);
        emit?.({ type: 'deprecation', shop, operation, reason });
        logger?.warn({ shop, operation, reason }, `${operation} uses something that Shopify has deprecated: ${reason}`);
      }
    },
  };
}
