// @ts-nocheck
// Made by `npm run schema`: the API versions whose schemas the package carries, newest first.
export const schemaVersions: readonly string[] = ['2026-10', '2026-07', '2026-04', '2026-01'];

/** The newest stable version, which the package's own operations and types are generated for. */
export const generatedApiVersion = '2026-10';
