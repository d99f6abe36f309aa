import { versionEndsAt } from '../config/api-version.ts';
import type { Clock } from '../internal/clock.ts';
import { redactText } from '../internal/redact.ts';
import type { Logger } from '../ports/logger.ts';
import type { ThrottleStatus } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Checks what each response reports besides its data: version, deprecations and remaining points. */
export interface ApiWatch {
  see(operation: string, headers: TransportResponse['headers'], points: ThrottleStatus | undefined): void;
  versions(): ApiVersions;
}

/** The API version that a client requests, and what Shopify has said about it. */
export interface ApiVersions {
  readonly asked: string;
  /** Version served with the last response; `null` before the first. */
  readonly served: string | null;
  /** When Shopify stops serving `asked`, in milliseconds since the epoch; `null` if it does not end (`unstable`). */
  readonly endsAt: number | null;
  /** Whole days until then; 0 or less once it has ended. */
  readonly daysLeft: number | null;
  /** Operations that use something deprecated, according to Shopify's responses; at most 100. */
  readonly deprecated: readonly { readonly operation: string; readonly reason: string }[];
}

/** What a shop's responses have said, for all clients of the app and shop. */
export class SeenVersions {
  /** By requested version. */
  readonly served = new Map<string, string>();
  /** What is deprecated, by operation. */
  readonly deprecated = new Map<string, string>();
  /** When a low bucket was last reported: monotonic milliseconds. */
  lowAtMs = Number.NEGATIVE_INFINITY;
}

interface ApiWatchSettings {
  readonly shop: string;
  /** The requested API version. */
  readonly asked: string;
  /** What has been reported, shared by all clients of the process. */
  readonly noticed: Set<string>;
  /** Shared by all clients of the app and shop. */
  readonly seen: SeenVersions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger | undefined;
}

/** The used part of a bucket from which it is reported as low. */
const lowAt = 0.8;

/** Milliseconds between two reports of one shop. */
const lowEveryMs = 60_000;

const rememberedNotices = 5000;

/** Maximum number of operations remembered for using something deprecated. */
const mostDeprecated = 100;

const dayMs = 86_400_000;

/** Days before the end of a version at which the warning starts: one quarter, in which the next version appears. */
const endingDays = 90;

/**
 * Reports when Shopify serves another API version than requested (an expired version falls forward without an error),
 * when an operation uses something deprecated, when the version ends within 90 days, and, at most once a minute, when
 * four fifths of a bucket are used. Each of the first three is one event per shop, and one warning per process.
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
    // The server may have sent something other than numbers.
    if (!(maximumAvailable - currentlyAvailable >= maximumAvailable * lowAt && maximumAvailable > 0)) return;
    const nowMs = clock.monotonic();
    if (nowMs - seen.lowAtMs < lowEveryMs) return;
    seen.lowAtMs = nowMs;
    const available = Math.max(0, currentlyAvailable);
    telemetry.emit({ type: 'bucket-low', shop, available, maximumAvailable, restoreRate });
    logger?.warn(
      { shop, available, maximumAvailable, restoreRate },
      `${shop} has ${Math.floor(available)} of ${maximumAvailable} points left, and ${restoreRate} are restored per second: ` +
        'calls now wait for points. Request less at a time, or use priority: "background" for background work',
    );
  };

  const daysLeft = (): number | null => (endsAt === null ? null : Math.ceil((endsAt - clock.now()) / dayMs));

  const seeEnd = (): void => {
    if (endsAt === null || endsAt - clock.now() > endingDays * dayMs) return;
    const days = daysLeft() ?? 0;
    if (!isNew(`ends ${asked} ${days}`)) return;
    telemetry.emit({ type: 'version-ending', apiVersion: asked, endsAt, daysLeft: days });
    // If the version had already ended, the client warned on creation, and the served version shows it later.
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
