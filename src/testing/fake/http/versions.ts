/** The version whose schema answers. */
export const newestVersion = '2026-10';
/** Versions that are served, oldest first; all by the newest schema. */
export const supportedVersions = ['2026-01', '2026-04', '2026-07', newestVersion] as const;

/**
 * The version that answers. One that is no longer accessible falls forward to the oldest that is:
 * https://shopify.dev/docs/api/usage/versioning
 */
export function servedVersion(asked: string): string | undefined {
  if (supportedVersions.some((version) => version === asked)) return asked;
  const isPast = /^\d{4}-(01|04|07|10)$/.test(asked) && asked < supportedVersions[0];
  return isPast ? supportedVersions[0] : undefined;
}
