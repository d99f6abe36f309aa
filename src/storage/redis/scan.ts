import type { RedisErrors } from './errors.ts';
import type { RedisNode, RedisStoresOptions } from './options.ts';

/** Keys that Redis looks at for one answer. */
const keysPerStep = 1_000;

/** The text as a part of a pattern that stands for itself (https://redis.io/docs/latest/commands/keys/). */
const literally = (text: string): string => text.replaceAll(/[*?[\]\\^-]/g, '\\$&');

/** Finds the names of keys. */
export type RedisScan = (start: string, end: string) => AsyncIterable<readonly string[]>;

/**
 * Finds all keys that begin and end so, on every master of a cluster. Gives what is between. Redis may give a key
 * more than once, so all found are remembered until the end.
 */
export function createRedisScan(
  { redis, commandTimeoutMs, clock }: Required<RedisStoresOptions>,
  errors: RedisErrors,
): RedisScan {
  // ioredis puts its own prefix before keys, but neither before patterns nor off what it finds.
  const clientPrefix = redis.options?.keyPrefix ?? '';

  const step = (node: RedisNode, cursor: string, pattern: string): Promise<[string, string[]]> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(errors.outOfTime(commandTimeoutMs, false));
      const cancel = clock.setTimer(giveUp, commandTimeoutMs);
      const failed = (error: unknown): void => reject(errors.command(error, false));
      node.scan(cursor, 'MATCH', pattern, 'COUNT', keysPerStep).then(resolve, failed).finally(cancel);
    });

  return async function* scan(start, end) {
    const before = `${clientPrefix}${start}`;
    const pattern = `${literally(before)}*${literally(end)}`;
    const seen = new Set<string>();
    for (const node of redis.nodes?.('master') ?? [redis]) {
      let cursor = '0';
      do {
        const [next, names] = await step(node, cursor, pattern);
        cursor = next;
        const page = [...new Set(names)].filter((name) => !seen.has(name));
        for (const name of page) seen.add(name);
        if (page.length > 0) yield page.map((name) => name.slice(before.length, name.length - end.length));
      } while (cursor !== '0');
    }
  };
}
