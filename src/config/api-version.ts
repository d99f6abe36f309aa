import { generatedApiVersion } from './generated/api-versions.ts';

export { generatedApiVersion };

/** The result of checking an API version. */
export type ResolvedApiVersion =
  | {
      readonly ok: true;
      /** The version to request. */
      readonly version: string;
      /** Set if Shopify will not serve this version, or if it is newer than this package. */
      readonly warning?: string;
    }
  | {
      readonly ok: false;
      /** What is wrong and how to fix it. */
      readonly message: string;
    };

/** Shopify's versions began with 2019-04; all are named after the first month of a quarter. */
const firstQuarter = quarterNumber(2019, 4);

function quarterNumber(year: number, month: number): number {
  return year * 4 + (month - 1) / 3;
}

function parseQuarter(version: string): number | undefined {
  const match = /^(\d{4})-(01|04|07|10)$/.exec(version);
  if (!match) return undefined;
  const quarter = quarterNumber(Number(match[1]), Number(match[2]));
  return quarter >= firstQuarter ? quarter : undefined;
}

const yearOf = (quarter: number): number => Math.floor(quarter / 4);
const monthOf = (quarter: number): number => (quarter % 4) * 3 + 1;
const nameOf = (quarter: number): string => `${yearOf(quarter)}-${String(monthOf(quarter)).padStart(2, '0')}`;

/** The version that comes after another, such as `2027-01` after `2026-10`. */
export function versionAfter(version: string): string {
  return nameOf((parseQuarter(version) ?? firstQuarter) + 1);
}

/** Versions are released on the first of a quarter at 17:00 UTC (https://shopify.dev/docs/api/usage/versioning). */
const releasedAt = (quarter: number): number => Date.UTC(yearOf(quarter), monthOf(quarter) - 1, 1, 17);

/** A version is served for twelve months and until 15:00 UTC of the 16th (same page). */
const servedUntil = (quarter: number): number => Date.UTC(yearOf(quarter) + 1, monthOf(quarter) - 1, 16, 15);

/**
 * Returns when Shopify stops serving a version, in milliseconds since the epoch; `undefined` for `unstable`, which does
 * not end.
 */
export function versionEndsAt(version: string): number | undefined {
  const quarter = parseQuarter(version);
  return quarter === undefined ? undefined : servedUntil(quarter);
}

/** The oldest stable version that Shopify serves: requests for an older one fall forward to it. */
function oldestServed(now: number): number {
  const today = new Date(now);
  let quarter = quarterNumber(today.getUTCFullYear(), Math.floor(today.getUTCMonth() / 3) * 3 + 1);
  if (releasedAt(quarter) > now) quarter -= 1;
  while (servedUntil(quarter - 1) > now) quarter -= 1;
  return quarter;
}

/**
 * Checks an API version: the year and first month of a quarter, such as `2026-10`, or `unstable`.
 *
 * @param version Default `generatedApiVersion`.
 * @param now Milliseconds since the epoch; determines which versions have expired.
 *
 * @example
 * ```ts
 * const version = resolveApiVersion('2026-10', Date.now());
 * if (!version.ok) throw new Error(version.message);
 * ```
 */
export function resolveApiVersion(version: string | undefined, now: number): ResolvedApiVersion {
  const asked = version ?? generatedApiVersion;
  if (asked === 'unstable') {
    return {
      ok: true,
      version: asked,
      warning: `unstable changes without notice; this package is made for ${generatedApiVersion}`,
    };
  }
  const quarter = parseQuarter(asked);
  if (quarter === undefined) {
    const message = `use the year and first month of a quarter, such as ${generatedApiVersion} (months 01, 04, 07 and 10), or \`unstable\``;
    return { ok: false, message };
  }
  if (servedUntil(quarter) <= now) {
    const served = nameOf(oldestServed(now));
    const fix = asked === generatedApiVersion ? 'install a newer shopwright' : `move to ${generatedApiVersion}`;
    const expired = new Date(servedUntil(quarter)).toISOString().slice(0, 10);
    return {
      ok: true,
      version: asked,
      warning: `${asked} expired on ${expired}: Shopify serves ${served} instead; ${fix}`,
    };
  }
  if (asked > generatedApiVersion) {
    const warning = `${asked} is newer than ${generatedApiVersion}, which this package supports; install a newer shopwright or use ${generatedApiVersion}`;
    return { ok: true, version: asked, warning };
  }
  return { ok: true, version: asked };
}
