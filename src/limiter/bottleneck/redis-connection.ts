import Bottleneck from 'bottleneck';

/** The part of an ioredis client that Bottleneck needs. */
type IORedisClient = object;

type Reply = (error: Error | null, reply?: unknown) => void;

/** How Bottleneck's connection passes a script's answer on; not in its types. */
interface ScriptConnection {
  __scriptArgs__(name: string, id: string, args: unknown, reply: Reply): unknown;
}

/**
 * A connection for a clustered Bottleneck (2.19) that also works on Redis 7. There the errors of scripts
 * begin with `ERR `, so that a stock Bottleneck does not know its own and never recovers where Redis has
 * lost its keys: by a restart, a flush, or because they expired.
 *
 * @param options.client An ioredis client, version 5 or 6. Set its `commandTimeout`: without, calls hang
 *   while Redis cannot be reached.
 * @param options.Redis The class it is of: Bottleneck would look for it in ways that break in bundles.
 *
 * @example
 * const connection = bottleneckRedisConnection({ client: new Redis(url, { commandTimeout: 1_000 }), Redis });
 * const group = new Bottleneck.Group({ connection, reservoir: 0, reservoirIncreaseAmount: 100, reservoirIncreaseInterval: 1_000, reservoirIncreaseMaximum: 2_000 });
 */
export function bottleneckRedisConnection(options: {
  readonly client: IORedisClient;
  readonly Redis: unknown;
}): Bottleneck.IORedisConnection {
  const connection = new Bottleneck.IORedisConnection(options);
  // The method is there, and the only place where the error can be put right before Bottleneck reads it.
  const scripts = connection as unknown as ScriptConnection;
  const original = scripts.__scriptArgs__.bind(connection);
  scripts.__scriptArgs__ = (name, id, args, reply) =>
    original(name, id, args, (error, answer) => {
      if (error?.message.startsWith('ERR ')) error.message = error.message.slice(4);
      reply(error, answer);
    });
  return connection;
}
