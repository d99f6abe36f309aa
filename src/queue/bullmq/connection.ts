import type { OwnRedis, RedisToCopy } from './settings.ts';

const longestPauseMs = 2_000;

/** What BullMQ needs, whatever the host has set for its own commands. */
const settings = {
  // A worker waits for Redis as long as it takes; commands that must not wait have a limit of their own here.
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  enableOfflineQueue: true,
  // A worker must find back by itself, so its connection never gives up.
  retryStrategy: (times: number): number => Math.min(times * 100, longestPauseMs),
  // BullMQ refuses ioredis's prefix, since its scripts make names of keys.
  keyPrefix: '',
};

/** Opens a connection like the host's. */
export function openRedis(host: RedisToCopy): OwnRedis {
  const duplicate = host.duplicate.bind(host) as (...overrides: unknown[]) => OwnRedis;
  if (!host.isCluster) return duplicate(settings);
  const { redisOptions } = host.options as { readonly redisOptions?: object };
  const { retryStrategy, keyPrefix, ...ofNodes } = settings;
  return duplicate([], {
    keyPrefix,
    enableOfflineQueue: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...redisOptions, ...ofNodes, keyPrefix },
  });
}

/** Remembers the last trouble of a connection until it works again. */
export function watchTrouble(redis: OwnRedis): () => unknown {
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  redis.on('ready', () => {
    last = undefined;
  });
  return () => last;
}
