// @ts-nocheck
import { createHash, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { AcquireRequest, Permit, RateLimiter } from 'shopwright/limiter';
import type { RedisScripting } from '../../../src/limiter/redis/connection.ts';
import type { RedisLimiterOptions } from '../../../src/limiter/redis/redis-limiter.ts';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { createStepClock, type StepClock, settled } from '../step-clock.ts';

export const scope = { shop: 'acme.myshopify.com', app: 'default' };

/** The ioredis versions that the limiter works with, each not connected yet. */
export const clients = {
  'ioredis 6': (url: string): Redis => new Redis(url, { lazyConnect: true }),
  // The commands that tests use are the same; the types of the versions differ elsewhere.
  'ioredis 5': (url: string): Redis => new Redis5(url, { lazyConnect: true }) as unknown as Redis,
} as const;
export type ClientName = keyof typeof clients;

/** What becomes of a command: Redis is out of reach, hangs, answers late, loses its response, or executes it twice. */
export type Fault = 'refused' | 'hung' | 'late' | 'unanswered' | 'twice';

/** A real Redis whose scripts see the time of a test. */
export interface RedisHarness {
  readonly clock: StepClock;
  readonly redis: Redis;
  /** What the keys of this harness begin with. */
  readonly keyPrefix: string;
  /** Commands that the limiters sent, since the last look. */
  takeCommands(): number;
  /** What becomes of all commands of a limiter from now on. Without a fault: what should. */
  breakWith(fault: Fault | undefined, limiter: RateLimiter): void;
  /** Has all late commands executed and answered, in their order. */
  catchUp(): Promise<void>;
  /** Sets Redis's clock, but not those of the processes. */
  setRedisClock(byMs: number): void;
  /** Has Redis forget them, those of this harness only: other files use the same server. */
  lose(what: 'keys' | 'scripts'): Promise<void>;
  /** Fields of the bucket's key, as Redis has it. */
  fields(): Promise<Readonly<Record<string, string>>>;
  /** A limiter of a process of its own, on a connection that all share. */
  limiter(options?: Partial<RedisLimiterOptions>): RateLimiter;
  ask(limiter: RateLimiter, cost: number, more?: Partial<AcquireRequest>): Promise<Permit>;
  /** Has the shop confirm a bucket of 1,000 points that refills with 100 a second. */
  confirm(limiter: RateLimiter, currentlyAvailable: number, restoreRate?: number): Promise<void>;
  /** Waits until no command is on its way. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What a client answers that hangs. */
const never = new Promise<never>(() => undefined);
const realTime = "redis.call('TIME')";
/** Far from 0, as Redis's own clock is. */
const epochMs = 1_700_000_000_000;

/** Makes a harness on a database of the server. Its keys are gone when it closes. */
export async function createRedisHarness(url: string, client: ClientName = 'ioredis 6'): Promise<RedisHarness> {
  const redis = clients[client](url);
  await redis.connect();
  const keyPrefix = `test:${randomUUID()}:`;
  let pending = 0;
  let commands = 0;
  let clockOffMs = 0;
  let late = Promise.withResolvers<void>();
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet = pending === 0 ? quiet + 1 : 0) await settled();
  };
  const clock = createStepClock(settle);

  const onItsWay = async (fault: Fault | undefined, command: () => Promise<unknown>): Promise<unknown> => {
    commands += 1;
    if (fault === 'refused') throw new Error('Connection is closed.');
    if (fault === 'hung') return never;
    if (fault === 'late') await late.promise;
    pending += 1;
    try {
      if (fault === 'twice') await command();
      const answer = await command();
      return fault === 'unanswered' ? never : answer;
    } finally {
      pending -= 1;
    }
  };
  /** The script with the time as its last key, where it asks Redis for the time. */
  const atTestTime = (script: string): string => {
    if (!script.includes(realTime)) throw new Error(`The script no longer says ${realTime}.`);
    return script.replace(realTime, '{ KEYS[#KEYS] / 1000, 0 }');
  };
  const scripts = new Map<string, string>();
  const timeKey = (): string => String(epochMs + clockOffMs + clock.monotonic());
  type Rest = readonly (string | number)[];
  const withTime = (keys: number, rest: Rest): Rest => [...rest.slice(0, keys), timeKey(), ...rest.slice(keys)];
  const faults = new Map<RateLimiter, Fault | undefined>();
  const scriptingOf = (limiter: () => RateLimiter): RedisScripting => ({
    evalsha(sha, count, ...rest) {
      const known = scripts.get(sha) ?? '0'.repeat(40);
      return onItsWay(faults.get(limiter()), () => redis.evalsha(known, count + 1, ...withTime(count, rest)));
    },
    eval(script, count, ...rest) {
      const changed = atTestTime(script);
      scripts.set(sha1(script), sha1(changed));
      return onItsWay(faults.get(limiter()), () => redis.eval(changed, count + 1, ...withTime(count, rest)));
    },
  });

  const deleteKeys = async (): Promise<void> => {
    const keys = await redis.keys(`${keyPrefix}*`);
    if (keys.length > 0) await redis.del(...keys);
  };

  const ask: RedisHarness['ask'] = (limiter, cost, more) =>
    limiter.acquire({ ...scope, cost, priority: 'interactive', ...more });

  return {
    clock,
    redis,
    keyPrefix,
    takeCommands() {
      const taken = commands;
      commands = 0;
      return taken;
    },
    breakWith: (fault, limiter) => void faults.set(limiter, fault),
    async catchUp() {
      late.resolve();
      late = Promise.withResolvers<void>();
      await settle();
    },
    setRedisClock(byMs) {
      clockOffMs += byMs;
    },
    async lose(what) {
      if (what === 'keys') await deleteKeys();
      // What stands in its place is a hash that Redis has never seen.
      else scripts.clear();
    },
    fields: () => redis.hgetall(`${keyPrefix}{${scope.shop}:${scope.app}}`),
    limiter(options) {
      const made: RateLimiter = redisLimiter({ redis: scriptingOf(() => made), clock, keyPrefix, ...options });
      faults.set(made, undefined);
      return made;
    },
    ask,
    async confirm(limiter, currentlyAvailable, restoreRate = 100) {
      const permit = await ask(limiter, 0, { priority: 'background' });
      permit.settle({
        actualCost: 0,
        throttleStatus: { maximumAvailable: 1_000, currentlyAvailable, restoreRate },
      });
      await clock.step(1);
    },
    settle,
    async close() {
      for (const limiter of faults.keys()) limiter.close();
      await settle();
      await deleteKeys();
      await redis.quit();
    },
  };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
