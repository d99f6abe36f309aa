import { createHash, randomUUID } from 'node:crypto';
import { isShopwrightError, StorageError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import { type Gate, inTime } from '../adapter-kit.ts';
import frame from './session.lua';

/** A Redis node that can be scanned for keys. */
export interface RedisNode extends TellingNode {
  scan(
    cursor: string,
    patternToken: 'MATCH',
    pattern: string,
    countToken: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>;
}

/** A server that can report its settings. */
interface TellingNode {
  info?(section: string): Promise<string>;
}

/** The part of an ioredis client that the stores need: `Redis` or `Cluster` of ioredis 5 or 6. */
export interface RedisClient extends RedisNode {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  /** `end` once the client was closed permanently. */
  readonly status?: string;
  readonly options?: { readonly keyPrefix?: string | undefined };
  /** The nodes of a cluster. */
  nodes?(role: 'master'): RedisNode[];
}

/** Arguments of a script. */
export type RedisArguments = readonly (string | number)[];

/** Settings of a session. */
interface SessionSettings {
  readonly redis: RedisClient;
  readonly keyPrefix: string;
  /** Milliseconds to wait for the reply to one command. */
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  readonly gate: Gate;
}

/** Runs scripts on Redis. A script that the server does not have cached is sent in full. */
export class RedisSession {
  readonly errors: RedisErrors;
  readonly #settings: SessionSettings;
  /** The server's time minus this process's monotonic time, slightly underestimated. */
  #aheadMs: number | undefined;
  /** Whether the server's eviction policy was checked. */
  #hasLooked = false;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.errors = createRedisErrors(settings.keyPrefix);
  }

  /** The full name of a key, with a tag that puts all keys of the same owner into one slot of a cluster. */
  name(kind: string, owner: string): string {
    return `${this.#settings.keyPrefix}${kind}{:${owner}}`;
  }

  /** Returns the result of a read-only script: text, a list of texts, or `null`. */
  read(script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<unknown> {
    return this.#settings.gate.run(() => this.#call(script, keys, args, false));
  }

  /** Returns the list that a read-only script returns. */
  async readList(script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<readonly unknown[]> {
    const found = await this.read(script, keys, args);
    if (!Array.isArray(found)) throw this.errors.invalidReply();
    return found;
  }

  /**
   * Runs a script that changes data of one owner, and returns its result. It runs at most once, and never after its
   * error was thrown: reading the state after an error shows for certain whether it ran.
   */
  write(owner: string, script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<string> {
    return this.#settings.gate.run(() => this.#write(owner, script, keys, args));
  }

  /** Milliseconds since the epoch on Redis's clock. */
  async now(): Promise<number> {
    await this.read(askForTime, [], []);
    return Math.floor((this.#aheadMs ?? 0) + this.#settings.clock.monotonic());
  }

  async #write(owner: string, script: RedisScript, keys: readonly string[], args: RedisArguments): Promise<string> {
    const { clock, commandTimeoutMs } = this.#settings;
    // Only the first write of a session needs this: every reply contains the time.
    if (this.#aheadMs === undefined) await this.#call(askForTime, [], [], false);
    const allKeys = [...keys, `${this.name('c', owner)}${randomUUID()}`];
    for (let attempt = 0; attempt < 2; attempt++) {
      const untilMs = (this.#aheadMs ?? 0) + clock.monotonic() + commandTimeoutMs;
      // A command that arrives later is refused, so the mark need not be kept longer.
      const reply = await this.#call(script, allKeys, [...args, Math.floor(untilMs), 2 * commandTimeoutMs], true);
      if (typeof reply !== 'string') throw this.errors.invalidReply();
      // The clock of another node, or of a new master, is ahead. The reply contained its time, so try again.
      if (reply !== tooLate) return reply;
    }
    throw this.errors.tooLate();
  }

  async #call(script: RedisScript, keys: readonly string[], args: RedisArguments, isWrite: boolean): Promise<unknown> {
    const { redis, clock, commandTimeoutMs } = this.#settings;
    if (redis.status === 'end') throw this.errors.clientClosed();
    try {
      const reply = await inTime(this.#send(script, keys, args), commandTimeoutMs, clock, () =>
        this.errors.outOfTime(commandTimeoutMs, isWrite),
      );
      const [time, result] = Array.isArray(reply) ? (reply as unknown[]) : [];
      // A client with `stringNumbers` returns text.
      const nowMs = Number(time);
      if (!Number.isFinite(nowMs)) throw this.errors.invalidReply();
      this.#aheadMs = nowMs - clock.monotonic();
      this.#warnOfEviction();
      return result ?? null;
    } catch (error) {
      throw this.errors.command(error, isWrite);
    }
  }

  /** Checks the eviction policy once, after the first reply. */
  #warnOfEviction(): void {
    if (this.#hasLooked) return;
    this.#hasLooked = true;
    const { redis, keyPrefix } = this.#settings;
    const nodes: readonly RedisNode[] = redis.nodes?.('master') ?? [redis];
    const policies = nodes.map(
      async (node) => /^maxmemory_policy:(\S+)/m.exec((await node.info?.('memory')) ?? '')?.[1],
    );
    Promise.all(policies).then(
      (found) => {
        const policy = found.find((one) => one !== undefined && one !== 'noeviction');
        if (policy !== undefined) process.emitWarning(evicts(keyPrefix, policy), { code: 'SHOPWRIGHT_REDIS_EVICTS' });
      },
      // The user may not call INFO, or the connection was lost: the stores work without the warning.
      () => undefined,
    );
  }

  async #send({ sha, source }: RedisScript, keys: readonly string[], args: RedisArguments): Promise<unknown> {
    const { redis } = this.#settings;
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
      return await redis.eval(source, keys.length, ...keys, ...args);
    }
  }

  /**
   * Finds all keys with that start and end, on every master of a cluster, and yields the part between. Redis may return
   * a key more than once, so found keys are remembered.
   */
  async *scan(start: string, end: string): AsyncGenerator<readonly string[]> {
    const { redis, gate } = this.#settings;
    // ioredis adds its own prefix to keys, but not to patterns, and does not strip it from results.
    const before = `${redis.options?.keyPrefix ?? ''}${start}`;
    const pattern = `${literally(before)}*${literally(end)}`;
    const seen = new Set<string>();
    for (const node of redis.nodes?.('master') ?? [redis]) {
      let cursor = '0';
      do {
        const [next, names] = await gate.run(() => this.#scanStep(node, cursor, pattern));
        cursor = next;
        const page = [...new Set(names)].filter((name) => !seen.has(name));
        for (const name of page) seen.add(name);
        if (page.length > 0) yield page.map((name) => name.slice(before.length, name.length - end.length));
      } while (cursor !== '0');
    }
  }

  async #scanStep(node: RedisNode, cursor: string, pattern: string): Promise<[string, string[]]> {
    const { clock, commandTimeoutMs } = this.#settings;
    try {
      const found = node.scan(cursor, 'MATCH', pattern, 'COUNT', keysPerStep);
      return await inTime(found, commandTimeoutMs, clock, () => this.errors.outOfTime(commandTimeoutMs, false));
    } catch (error) {
      throw this.errors.command(error, false);
    }
  }
}

/** https://redis.io/docs/latest/develop/reference/eviction/ */
function evicts(keyPrefix: string, policy: string): string {
  return `The Redis of the stores ${JSON.stringify(keyPrefix)} evicts keys when its memory is full (maxmemory-policy ${policy}): records, marks and locks would be lost without an error. Set maxmemory-policy noeviction.`;
}

/** Keys that Redis examines per reply. */
const keysPerStep = 1_000;

/** Escapes a text for use in a pattern (https://redis.io/docs/latest/commands/keys/). */
function literally(text: string): string {
  return text.replaceAll(/[*?[\]\\^-]/g, '\\$&');
}

/** A Lua script with its SHA-1, by which Redis caches it. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

/** A script that runs one read-only command of a library. */
export function readScript(library: string, command: string): RedisScript {
  return script(library, `return read(${command})`);
}

/** A script that runs one command of a library, which may change data and returns text. */
export function writeScript(library: string, command: string): RedisScript {
  return script(library, `return write(${command})`);
}

function script(library: string, call: string): RedisScript {
  const source = `${frame}\n${library}\n${call}`;
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

const askForTime = readScript('local function nothing() return false end', 'nothing');

/** Result of a write that arrived too late to run. No command returns it. */
const tooLate = 'too late';

/** Returns a value as stored in Redis: the format and index fields, separated by NULs, then the whole row as JSON. */
export function indexedValue(index: readonly (string | number)[], row: object): string {
  return [...index, JSON.stringify(row)].join('\0');
}

/** The format that a value begins with, and the JSON at its end. */
export function partsOfValue(value: string): { readonly format: string | undefined; readonly json: string } {
  return { format: /^(\d+)\0/.exec(value)?.[1], json: value.slice(value.lastIndexOf('\0') + 1) };
}

/** Client errors that mean the command was never sent. */
const neverSent = /enableOfflineQueue|Failed to refresh slots cache|None of startup nodes|ECONNREFUSED|ENOTFOUND/;

/** Creates errors. All name the prefix; neither they nor their causes contain a value or a password. */
export interface RedisErrors {
  /** A command failed. `isWrite`: it would have changed data. */
  readonly command: (error: unknown, isWrite: boolean) => StorageError;
  readonly outOfTime: (limitMs: number, isWrite: boolean) => StorageError;
  readonly tooLate: () => StorageError;
  readonly clientClosed: () => StorageError;
  readonly invalidReply: () => StorageError;
}

/** Creates the errors of the stores with that prefix. */
function createRedisErrors(keyPrefix: string): RedisErrors {
  const make = (message: string, isRetryable: boolean, cause?: unknown): StorageError =>
    new StorageError(`The Redis of the stores ${JSON.stringify(keyPrefix)} ${message}.`, { isRetryable, cause });

  const outcomeOpen = (cause?: unknown): StorageError =>
    new StorageError(
      `The Redis of the stores ${JSON.stringify(keyPrefix)} was lost before a write was acknowledged: it was done, or never will be. Read the state before you try again.`,
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
      isWrite
        ? outcomeOpen()
        : make(`did not respond within ${limitMs} ms. Try again, or raise commandTimeoutMs`, true),
    tooLate: () =>
      make('received a write too late twice, and nothing was written. Try again, or raise commandTimeoutMs', true),
    clientClosed: () =>
      make('cannot be reached: its client was closed. Close the stores first, then the client', false),
    invalidReply: () => make('returned an invalid reply. Check proxies between this process and Redis', false),
  };
}
