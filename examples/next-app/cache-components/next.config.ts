import { join } from 'node:path';
import type { NextConfig } from 'next';

// Built and started separately: `next build cache-components`. It shares code with the app around it.
const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  turbopack: { root: join(process.cwd()) },
};

export default config;
