import { createHash, randomUUID } from 'node:crypto';
import { ConfigError, type Issue, isShopwrightError, StorageError } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import frame from './session.lua';

/** One node of Redis that can be searched for keys. */
export interface RedisNode {
  scan(
    cursor: string,
    patternToken: 'MATCH',
    pattern: string,
    countToken: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>;
}

/** The part of an ioredis client that the stores need; `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface RedisClient extends RedisNode {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  /** `end` once the client was closed for good. */
  readonly status?: string;
  readonly options?: { readonly keyPrefix?: string | undefined };
  /** A cluster's nodes. */
  nodes?(role: 'master'): RedisNode[];
}

/** Where and how Redis keeps the stores. Only `redis` is needed. */
export interface RedisStoresOptions {
  /** An ioredis client, of one Redis (5 or newer) or a Cluster. It stays yours: the stores never close it. */
  readonly redis: RedisClient;
  /** What the names of all keys begin with, at most 64 characters. Default `shopwright:`. */
  readonly keyPrefix?: string;
  /** Milliseconds to wait for the answer to one command, whatever the client's own limits. Default 5,000, at most 600,000. */
  readonly commandTimeoutMs?: number;
  /** Clock that waits and renewals run on. Leases and times to live are on Redis's own. Default the machine's. */
  readonly clock?: Clock;
}

/**
 * The options with their defaults.
 *
 * @throws ConfigError naming each option that does not fit.
 */
export function checkedOptions(options: RedisStoresOptions): Required<RedisStoresOptions> {
  const { redis, keyPrefix = 'shopwright:', commandTimeoutMs = 5_000, clock = systemClock } = options;
  const problems: Issue[] = [];
  if (typeof redis?.evalsha !== 'function' || typeof redis.scan !== 'function') {
    problems.push({ field: 'redis', message: 'give an ioredis client: `new Redis(url)`' });
  }
  // A brace would put the tag of the cluster elsewhere, and a store's keys into several slots.
  if (typeof keyPrefix !== 'string' || keyPrefix.length > 64 || /[{}\0]/.test(keyPrefix)) {
    problems.push({ field: 'keyPrefix', message: 'use at most 64 characters, without `{` and `}`' });
  }
  if (!(Number.isInteger(commandTimeoutMs) && commandTimeoutMs >= 1 && commandTimeoutMs <= 600_000)) {
    problems.push({ field: 'commandTimeoutMs', message: 'use a whole number of milliseconds from 1 to 600,000' });
  }
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return { redis, keyPrefix, commandTimeoutMs, clock };
}

/** What goes into a script. */
export type RedisArguments = readonly (string | number)[];

/** The stores' way to Redis. */
export interface RedisSession {
  /** The full name of a key, with a tag that puts all keys of the same owner into one slot of a cluster. */
  name(kind: string, owner: string): string;
  /** What a script that changes nothing returns: a text, a list of them, or `null`. */
  read(script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<unknown>;
  /**
   * What a script that changes something of one owner returns. Done once at most, and never after it failed:
   * whoever reads the state after an error sees for good whether it was.
   */
  write(owner: string, script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<string>;
}

/** Makes the session on a client. A script that the server does not know (any more) is sent to it in full. */
export function createRedisSession(
  { redis, keyPrefix, commandTimeoutMs, clock }: Required<RedisStoresOptions>,
  errors: RedisErrors,
): RedisSession {
  /** The server's time less that of the monotonic clock here, a little less than it really is. */
  let aheadMs: number | undefined;

  const inTime = (command: Promise<unknown>, isWrite: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(errors.outOfTime(commandTimeoutMs, isWrite));
      const cancel = clock.setTimer(giveUp, commandTimeoutMs);
      command.then(resolve, reject).finally(cancel);
    });

  const send = async (
    { sha, source }: RedisScript,
    keys: readonly string[],
    args: RedisArguments,
  ): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
      return await redis.eval(source, keys.length, ...keys, ...args);
    }
  };

  const call = async (
    script: RedisScript,
    keys: readonly string[],
    args: RedisArguments,
    isWrite: boolean,
  ): Promise<unknown> => {
    if (redis.status === 'end') throw errors.clientClosed();
    try {
      const answer = await inTime(send(script, keys, args), isWrite);
      const [time, result] = Array.isArray(answer) ? (answer as unknown[]) : [];
      // A client with `stringNumbers` gives a text.
      const nowMs = Number(time);
      if (!Number.isFinite(nowMs)) throw errors.invalidReply();
      aheadMs = nowMs - clock.monotonic();
      return result ?? null;
    } catch (error) {
      throw errors.command(error, isWrite);
    }
  };

  const name: RedisSession['name'] = (kind, owner) => `${keyPrefix}${kind}{:${owner}}`;

  return {
    name,
    read: (script, keys, args) => call(script, keys, args, false),
    async write(owner, script, keys, args) {
      // Only the first write of a session has to ask for the time: every answer tells it.
      if (aheadMs === undefined) await call(askForTime, [], [], false);
      const allKeys = [...keys, `${name('c', owner)}${randomUUID()}`];
      for (let attempt = 0; attempt < 2; attempt++) {
        const untilMs = (aheadMs ?? 0) + clock.monotonic() + commandTimeoutMs;
        // A command cannot come back after it is too late for it, so the mark need not stay longer.
        const answer = await call(script, allKeys, [...args, Math.floor(untilMs), 2 * commandTimeoutMs], true);
        if (typeof answer !== 'string') throw errors.invalidReply();
        // The clock of another node, or of the next master, is ahead: its own time is known now.
        if (answer !== tooLate) return answer;
      }
      throw errors.tooLate();
    },
  };
}

/** A Lua script with the name that Redis knows it by. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

/** A script that runs one command of a library, which changes nothing. */
export function readScript(library: string, command: string): RedisScript {
  return script(library, `return read(${command})`);
}

/** A script that runs one command of a library, which may change something and returns text. */
export function writeScript(library: string, command: string): RedisScript {
  return script(library, `return write(${command})`);
}

function script(library: string, call: string): RedisScript {
  const source = `${frame}\n${library}\n${call}`;
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** A script that tells the time. */
const askForTime = readScript('local function nothing() return false end', 'nothing');

/** What a write returns that came too late to be done. No command returns it. */
const tooLate = 'too late';

/** A value as Redis keeps it: the format and what the indexes need in front, behind NULs, then all of it as JSON. */
export function indexedValue(index: readonly (string | number)[], row: object): string {
  return [...index, JSON.stringify(row)].join('\0');
}

/** The format that a value begins with, and the JSON at its end. */
export function partsOfValue(value: string): { readonly format: string | undefined; readonly json: string } {
  return { format: /^(\d+)\0/.exec(value)?.[1], json: value.slice(value.lastIndexOf('\0') + 1) };
}

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

/** Errors of clients that say that the command never left this process. */
const neverSent = /enableOfflineQueue|Failed to refresh slots cache|None of startup nodes|ECONNREFUSED|ENOTFOUND/;

/** Makes the errors, all of which name the prefix; neither they nor their causes hold a value or a password. */
export interface RedisErrors {
  /** A command failed. `isWrite`: it was to change something. */
  readonly command: (error: unknown, isWrite: boolean) => StorageError;
  readonly outOfTime: (limitMs: number, isWrite: boolean) => StorageError;
  readonly tooLate: () => StorageError;
  readonly clientClosed: () => StorageError;
  readonly invalidReply: () => StorageError;
}

/** The errors of the stores with that prefix. */
export function createRedisErrors(keyPrefix: string): RedisErrors {
  const make = (message: string, isRetryable: boolean, cause?: unknown): StorageError =>
    new StorageError(`The Redis of the stores ${JSON.stringify(keyPrefix)} ${message}.`, { isRetryable, cause });

  const outcomeOpen = (cause?: unknown): StorageError =>
    new StorageError(
      `The Redis of the stores ${JSON.stringify(keyPrefix)} was lost before a write was answered: it was done, or never will be. Read the state before another try.`,
      { cause, mayHaveExecuted: true },
    );

  return {
    command(error, isWrite) {
      if (isShopwrightError(error, 'STORAGE_FAILED')) return error;
      const cause = bareCause(error);
      const refusal = readRedisRefusal(error);
      if (refusal) return make(refusal.message, refusal.passes, cause);
      if (neverSent.test(bareMessage(error)))
        return make('cannot be reached, and nothing was sent. Try again', true, cause);
      return isWrite ? outcomeOpen(cause) : make('lost its connection. Try again', true, cause);
    },
    outOfTime: (limitMs, isWrite) =>
      isWrite ? outcomeOpen() : make(`did not answer within ${limitMs} ms. Try again, or raise commandTimeoutMs`, true),
    tooLate: () =>
      make('was reached too late twice, and nothing was written. Try again, or raise commandTimeoutMs', true),
    clientClosed: () =>
      make('cannot be reached: its client was closed. Close the stores first, and the client then', false),
    invalidReply: () => make('gave an answer that is none. Check what stands between this process and Redis', false),
  };
}
