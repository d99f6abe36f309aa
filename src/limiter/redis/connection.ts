import { createHash, randomBytes } from 'node:crypto';
import { TimeoutError } from '../../errors/errors.ts';
import { setTimeLimit } from '../../internal/abort.ts';
import { bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';
import type { Logger } from '../../ports/logger.ts';
import type { BucketScope } from '../../ports/rate-limiter.ts';
import type { TokenBucketSettings } from '../token-bucket.ts';
import bucketScript from './bucket.lua';
import {
  fixedParameters,
  readReply,
  requestParameters,
  type ScriptReply,
  type ScriptRequest,
  UnusableBucketError,
} from './protocol.ts';

/** The part of an ioredis client that the limiter needs: `Redis` or `Cluster` of ioredis 5 or 6. */
export interface RedisScripting {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

interface RedisConnectionSettings extends TokenBucketSettings {
  readonly redis: RedisScripting;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly leaseMs: number;
  readonly probeMs: number;
  readonly logger: Logger | undefined;
}

/**
 * How much rarer the probes are while a client still holds commands that timed out: it may queue all commands until a
 * server is available.
 */
const patience = 30;

/** The most warnings that one limiter logs. */
const mostWarnings = 1_000;

/** What the buckets of one limiter share: the id of this process in Redis, and whether Redis is available. */
export class RedisConnection {
  readonly settings: RedisConnectionSettings;
  readonly #process = randomBytes(6).toString('base64url');
  readonly #sha = createHash('sha1').update(bucketScript).digest('hex');
  readonly #fixed: readonly number[];
  #calls = 0;
  readonly #warned = new Set<string>();
  #isUp = true;
  #isProbing = false;
  #probeAtMs = 0;
  #givenUp = 0;

  constructor(settings: RedisConnectionSettings) {
    this.settings = settings;
    this.#fixed = fixedParameters(settings);
  }

  /** Whether the last call succeeded. Assumed until one fails. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether a call makes sense now: Redis is available, or the next probe is due. */
  mayCall(): boolean {
    return this.#isUp || (!this.#isProbing && this.settings.clock.monotonic() >= this.#probeAtMs);
  }

  /**
   * Runs the script on the keys of one bucket, in one slot of a cluster. Settles within `commandTimeoutMs`, even if the
   * client would wait forever; `onLate` is called if a reply comes after that.
   *
   * @throws UnusableBucketError if Redis is available but this bucket cannot be used.
   * @throws What the client or `readReply` throws, or a TimeoutError.
   */
  async call(name: string, request: ScriptRequest, onLate: () => void): Promise<ScriptReply> {
    const isProbe = !this.#isUp;
    this.#isProbing ||= isProbe;
    this.#calls += 1;
    const parameters = [this.#process, this.#calls, ...this.#fixed, ...requestParameters(request)];
    try {
      const reply = readReply(String(await this.#inTime(this.#run(name, parameters), onLate)));
      this.#succeeded();
      return reply;
    } catch (error) {
      const cause = asUnusable(error, `${this.settings.keyPrefix}${name}`);
      if (cause instanceof UnusableBucketError) this.#succeeded();
      else this.#failed(cause);
      throw cause;
    } finally {
      if (isProbe) this.#isProbing = false;
    }
  }

  /** Sends the whole script if Redis does not know it. */
  async #run(name: string, parameters: readonly (string | number)[]): Promise<unknown> {
    const { redis, keyPrefix } = this.settings;
    const key = `${keyPrefix}${name}`;
    const keys = [key, `${key}:costs-1`];
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...parameters);
    } catch (error) {
      if (!bareMessage(error).startsWith('NOSCRIPT')) throw error;
      return await redis.eval(bucketScript, keys.length, ...keys, ...parameters);
    }
  }

  #inTime(command: Promise<unknown>, onLate: () => void): Promise<unknown> {
    const { clock, commandTimeoutMs } = this.settings;
    return new Promise((resolve, reject) => {
      const cancel = setTimeLimit(clock, () => reject(this.#giveUp(command, onLate)), commandTimeoutMs);
      command.then(resolve, reject).finally(cancel);
    });
  }

  #giveUp(command: Promise<unknown>, onLate: () => void): TimeoutError {
    const { clock, commandTimeoutMs } = this.settings;
    this.#givenUp += 1;
    // The client got an outcome, so the server responds again.
    const settle = (): void => {
      this.#givenUp -= 1;
      if (this.#givenUp === 0) this.#probeAtMs = Math.min(this.#probeAtMs, clock.monotonic());
    };
    command.finally(settle).then(onLate, () => undefined);
    const limits = { timeoutMs: commandTimeoutMs, mayHaveExecuted: true };
    return new TimeoutError(`Redis did not respond within ${commandTimeoutMs} ms.`, { code: 'TIMEOUT', ...limits });
  }

  /** Logs a lasting problem once. */
  warnOnce(message: string, scope?: BucketScope): void {
    const { logger } = this.settings;
    const name = scope ? `${message} ${scope.shop} ${scope.app}` : message;
    if (this.#warned.has(name) || this.#warned.size >= mostWarnings) return;
    this.#warned.add(name);
    if (logger) logger.error({ ...scope }, message);
    else process.emitWarning(`${message}${scope ? ` (${scope.shop})` : ''}`, { code: 'SHOPWRIGHT_LIMITER_REDIS' });
  }

  #failed(error: unknown): void {
    const { clock, probeMs, logger } = this.settings;
    const refusal = readRedisRefusal(error);
    const lasts = refusal?.passes === false;
    this.#probeAtMs = clock.monotonic() + probeMs * (this.#givenUp > 0 || lasts ? patience : 1);
    if (lasts) {
      this.warnOnce(
        `The Redis of the limiter ${refusal.message}. Until then each process uses its share of each bucket`,
      );
    } else if (this.#isUp) {
      logger?.warn({ error: bareMessage(error) }, 'Redis is down: each process uses its share of each bucket');
    }
    this.#isUp = false;
  }

  #succeeded(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.settings.logger?.info({}, 'Redis is back: the limiter shares its buckets again');
  }
}

/** Returns the error if it is about this key only, not about Redis or the user's permissions. */
function asUnusable(error: unknown, key: string): unknown {
  if (!/\bWRONGTYPE\b/.test(bareMessage(error))) return error;
  return new UnusableBucketError(
    `The key ${key} in Redis belongs to another program (WRONGTYPE). Set another keyPrefix, or delete it`,
  );
}
