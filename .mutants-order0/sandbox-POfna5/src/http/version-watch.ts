// @ts-nocheck
import { versionEndsAt } from '../config/api-version.ts';
import type { Clock } from '../internal/clock.ts';
import { redactText } from '../internal/redact.ts';
import type { Logger } from '../ports/logger.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Looks at what each response says beside its data: version, deprecations, and the points that are left. */
export interface ApiWatch {
  see(operation: string, headers: TransportResponse['headers'], points: ThrottleStatus | undefined): void;
  versions(): ApiVersions;
}

/** The API version that a client asks for, and what Shopify has said of it. */
export interface ApiVersions {
  readonly asked: string;
  /** Version of the last response; `null` before the first. */
  readonly served: string | null;
  /** Milliseconds since the epoch until which Shopify serves `asked`; `null` where it does not end (`unstable`). */
  readonly endsAt: number | null;
  /** Whole days until then, 0 or less where it has ended. */
  readonly daysLeft: number | null;
  /** Operations that use something deprecated, as Shopify's responses said: at most 100. */
  readonly deprecated: readonly { readonly operation: string; readonly reason: string }[];
}

/** What responses of a shop have said, for all clients of the app and shop. */
export class SeenVersions {
  /** By the version that was asked for. */
  readonly served = new Map<string, string>();
  /** What is deprecated, by operation. */
  readonly deprecated = new Map<string, string>();
  /** When it was last reported that the shop has few points left: monotonic milliseconds. */
  lowAtMs = Number.NEGATIVE_INFINITY;
}

interface ApiWatchSettings {
  readonly shop: string;
  /** The API version that was asked for. */
  readonly asked: string;
  /** What was reported already, shared by all clients of the process. */
  readonly noticed: Set<string>;
  /** Shared by all clients of the app and shop. */
  readonly seen: SeenVersions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger | undefined;
}

/** Part of a bucket that is used when that is reported. */
const lowAt = 0.8;

/** Milliseconds between two reports of one shop. */
const lowEveryMs = 60_000;

const rememberedNotices = 5000;

/** Operations that are remembered for using something deprecated. */
const mostDeprecated = 100;

const dayMs = 86_400_000;

/** Days before the end of a version from which on it is worth a warning: one quarter, in which the next one comes. */
const endingDays = 90;

/**
 * Reports when Shopify serves another API version than the one asked for (an expired version falls forward without an
 * error), for each operation that uses something deprecated, when the version ends within 90 days, and once a minute
 * when four fifths of a bucket are used. Each of the first three is an event for each shop, and one warning in a process.
 */
export function createApiWatch(settings: ApiWatchSettings): ApiWatch {
  const { shop, asked, noticed, seen, clock, telemetry, logger } = settings;
  const endsAt = versionEndsAt(asked) ?? null;
  const isNew = (key: string): boolean => {
    if (noticed.has(key) || noticed.size >= rememberedNotices) return false;
    noticed.add(key);
    return true;
  };

  const seePoints = ({ currentlyAvailable, maximumAvailable, restoreRate }: ThrottleStatus): void => {
    // What a server sends may be no number at all.
    if (!(maximumAvailable - currentlyAvailable >= maximumAvailable * lowAt && maximumAvailable > 0)) return;
    const nowMs = clock.monotonic();
    if (nowMs - seen.lowAtMs < lowEveryMs) return;
    seen.lowAtMs = nowMs;
    const available = Math.max(0, currentlyAvailable);
    telemetry.emit({ type: 'bucket-low', shop, available, maximumAvailable, restoreRate });
    logger?.warn(
      { shop, available, maximumAvailable, restoreRate },
      `${shop} has ${Math.floor(available)} of ${maximumAvailable} points left, and ${restoreRate} come back a second: ` +
        'calls wait for points now. Ask for less at a time, or send background work with priority: "background"',
    );
  };

  const daysLeft = (): number | null => (endsAt === null ? null : Math.ceil((endsAt - clock.now()) / dayMs));

  const seeEnd = (): void => {
    if (endsAt === null || endsAt - clock.now() > endingDays * dayMs) return;
    const days = daysLeft() ?? 0;
    if (!isNew(`ends ${asked} ${days}`)) return;
    telemetry.emit({ type: 'version-ending', apiVersion: asked, endsAt, daysLeft: days });
    // Of one that has ended, the client has warned when it was made; else the version that is served tells.
    if (days <= 0 || !isNew(`ends ${asked}`)) return;
    const date = new Date(endsAt).toISOString().slice(0, 10);
    logger?.warn(
      { apiVersion: asked, endsAt: date },
      `API version ${asked} ends in ${days} days, on ${date}; move to a later one`,
    );
  };

  return {
    versions: () => ({
      asked,
      served: seen.served.get(asked) ?? null,
      endsAt,
      daysLeft: daysLeft(),
      deprecated: Array.from(seen.deprecated, ([operation, reason]) => ({ operation, reason })),
    }),
    see(operation, headers, points) {
      seeEnd();
      if (points) seePoints(points);
      const version = headers.get('x-shopify-api-version');
      if (version !== null && seen.served.get(asked) !== version) {
        const served = redactText(version);
        seen.served.set(asked, served);
        if (version !== asked && isNew(`${shop} version ${asked} ${version}`)) {
          telemetry.emit({ type: 'api-version', shop, asked, served });
          if (isNew(`version ${asked} ${version}`))
            logger?.warn(
              { shop, asked, served },
              `Shopify served API version ${served} instead of ${asked}; move to a supported version`,
            );
        }
      }
      const told = headers.get('x-shopify-api-deprecated-reason');
      if (told !== null && isNew(`${shop} deprecation ${operation} ${told}`)) {
        const reason = redactText(told);
        if (seen.deprecated.size < mostDeprecated) seen.deprecated.set(operation, reason);
        telemetry.emit({ type: 'deprecation', shop, operation, reason });
        if (isNew(`deprecation ${operation} ${told}`))
          logger?.warn(
            { shop, operation, reason },
            `${operation} uses something that Shopify has deprecated: ${reason}`,
          );
      }
    },
  };
}
