import { type ResolverMap, resolver } from '../context.ts';
import { stableGid } from '../gid.ts';

/** Versions around the one the package is generated for, newest last. https://shopify.dev/docs/api/usage/versioning */
const apiVersions = [
  { handle: '2026-01', displayName: '2026-01', supported: true },
  { handle: '2026-04', displayName: '2026-04', supported: true },
  { handle: '2026-07', displayName: '2026-07', supported: true },
  { handle: '2026-10', displayName: '2026-10 (Latest)', supported: true },
  { handle: '2027-01', displayName: '2027-01 (Release candidate)', supported: false },
  { handle: 'unstable', displayName: 'unstable', supported: false },
];

/** Resolvers of what concerns the calling app and the API itself. */
export const appResolvers: ResolverMap = {
  QueryRoot: {
    publicApiVersions: () => apiVersions,
    currentAppInstallation: resolver((_source, _args, { shop, info }) => ({
      id: stableGid('AppInstallation', shop),
      accessScopes: info.scopes.map((handle) => ({ handle })),
    })),
  },
};
