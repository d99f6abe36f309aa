import { ConfigError, type Issue } from '../../../errors/errors.ts';
import { unknownNames } from '../../../internal/names.ts';
import { matchesCall } from '../call-log.ts';
import type { FakeCall } from '../model.ts';

/** What is known about a call while it is being executed. */
export type HookedCall = Omit<FakeCall, 'status' | 'outcome' | 'fault'>;

/**
 * An operation name, a root field, or a REST call such as `PUT products/{id}.json`; or a function that tests one call.
 */
export type HookFilter = string | ((call: HookedCall) => boolean);

/**
 * What a test does at a point of a call. If it returns a promise, the call waits for it; if it throws, the call fails
 * too.
 */
export type Hook = (call: HookedCall) => unknown;

/** Which of the matching calls run a hook. */
export interface HookOptions {
  /** How many matching calls pass first. Default 0. */
  readonly after?: number;
  /** How many calls run it. Default 1. */
  readonly times?: number;
}

/** Which pairs of a read and a write run a `between` hook. */
export interface BetweenOptions extends HookOptions {
  /** Only after reads whose response contains this gid, such as a product's. Default: after any matching read. */
  readonly id?: string;
}

/**
 * Where a client can be stopped: `before` or `after` the execution of a mutation, a REST call that changes something,
 * or a `staged upload`. The number after `#` counts calls of that name from 1: `before productSet` is
 * `before productSet#1`.
 */
export type KillPoint = `${'before' | 'after'} ${string}`;

/** Runs test code at exact points of the fake that no client can reach. */
export interface HookScript {
  /**
   * Runs when a matching call has been accepted, right before it is executed. The hook may call the fake itself.
   *
   * @throws ConfigError for an unknown option or a negative number.
   */
  before(filter: HookFilter, hook: Hook, options?: HookOptions): void;
  /**
   * Runs when a matching call has been executed, right before its response is sent.
   *
   * @throws ConfigError for an unknown option or a negative number.
   */
  after(filter: HookFilter, hook: Hook, options?: HookOptions): void;
  /**
   * Runs between what a client reads and what it writes next: after a call that matches `read`, and right before the
   * next call of the same app and shop that matches `write` is executed. This simulates another writer whose change
   * the client can no longer see.
   *
   * @throws ConfigError for an unknown option or a negative number.
   *
   * @example
   * fake.hooks.between('ReadProduct', 'productVariantsBulkUpdate', () => merchant.graphql(RenameProduct, { id }), { id });
   */
  between(read: HookFilter, write: HookFilter, hook: Hook, options?: BetweenOptions): void;
  /**
   * Stops a client at a point: `stop` runs, for example to kill its process, and no response is ever sent. At a
   * `before` point, the call is not executed either.
   *
   * @returns The call at which the client was stopped, once `stop` is done.
   * @throws ConfigError if `point` is not a kill point.
   *
   * @example
   * const killed = fake.hooks.killAt('after productSet#2', () => child.kill('SIGKILL'));
   * await killed;
   */
  killAt(point: KillPoint, stop: Hook): Promise<HookedCall>;
  /**
   * The kill points passed so far, in order, since the fake was created or the hooks were cleared. Run a client once
   * to get them, then once on a fresh fake for each of them.
   */
  killPoints(): readonly KillPoint[];
  /**
   * Removes all hooks, and starts `killPoints` over. If a `killAt` point was not reached, its promise stays pending.
   */
  clear(): void;
}

/** The hooks as the request handling runs them. */
export interface Hooks {
  readonly script: HookScript;
  /** Runs what a test wants before a call; `true` where its client was stopped. `undefined` where nothing is wanted. */
  beforeCall(call: HookedCall): Promise<boolean> | undefined;
  /** The same after a call. The response is asked for only where a hook looks into it. */
  afterCall(call: HookedCall, response: () => string): Promise<boolean> | undefined;
}

type Place = 'before' | 'after';

/** A hook that waits for its calls. */
interface Waiting {
  readonly place: Place;
  readonly matches: (call: HookedCall) => boolean;
  readonly run: Hook;
  readonly kills: boolean;
  skip: number;
  left: number;
}

/** A hook between a read and a write. */
interface Between {
  readonly read: (call: HookedCall) => boolean;
  readonly write: (call: HookedCall) => boolean;
  readonly id: string | undefined;
  readonly run: Hook;
  /** Shops and apps that have read, and not written since. */
  readonly readers: Set<string>;
  skip: number;
  left: number;
}

/**
 * Makes the hooks of a fake.
 *
 * @param onError Told of what a hook throws, besides the caller.
 */
export function createHooks(onError: (error: unknown) => void): Hooks {
  let waiting: Waiting[] = [];
  let pairs: Between[] = [];
  let passed: KillPoint[] = [];
  let timesPassed = new Map<string, number>();

  const pass = (call: HookedCall): void => {
    const names = new Set([...call.rootFields, call.operation]);
    for (const name of names) timesPassed.set(name, (timesPassed.get(name) ?? 0) + 1);
    // Only calls other than GraphQL have a space in their name, such as `PUT products/{id}.json`.
    const name = call.operation.includes(' ') ? call.operation : (call.rootFields[0] ?? call.operation);
    passed.push(`before ${name}#${timesPassed.get(name)}`, `after ${name}#${timesPassed.get(name)}`);
  };

  const run = async (due: readonly Pick<Waiting, 'run' | 'kills'>[], call: HookedCall): Promise<boolean> => {
    try {
      for (const { run } of due) await run(call);
    } catch (error) {
      onError(error);
      throw error;
    }
    return due.some(({ kills }) => kills);
  };

  const dueAt = (place: Place, call: HookedCall): readonly Waiting[] => {
    const matching = waiting.filter((hook) => hook.place === place && hook.matches(call));
    const due = matching.filter(meets);
    waiting = waiting.filter(({ left }) => left > 0);
    return due;
  };

  const duePairs = (call: HookedCall): readonly Pick<Waiting, 'run' | 'kills'>[] => {
    const client = clientOf(call);
    const matching = pairs.filter((pair) => pair.readers.has(client) && pair.write(call));
    for (const { readers } of matching) readers.delete(client);
    const due = matching.filter(meets);
    pairs = pairs.filter(({ left }) => left > 0);
    return due.map(({ run }) => ({ run, kills: false }));
  };

  const wait = (place: Place, filter: HookFilter, hook: Hook, options: HookOptions): void => {
    checkHook(options, { after: true, times: true });
    const { after = 0, times = 1 } = options;
    if (times > 0)
      waiting.push({ place, matches: matchesCall(filter), run: hook, kills: false, skip: after, left: times });
  };

  const script: HookScript = {
    before: (filter, hook, options = {}) => wait('before', filter, hook, options),
    after: (filter, hook, options = {}) => wait('after', filter, hook, options),
    between(read, write, hook, options = {}) {
      checkHook(options, { after: true, times: true, id: true });
      const { after = 0, times = 1, id } = options;
      const filters = { read: matchesCall(read), write: matchesCall(write) };
      if (times > 0) pairs.push({ ...filters, id, run: hook, readers: new Set(), skip: after, left: times });
    },
    killAt(point, stop) {
      const { place, name, nth } = readKillPoint(point);
      return new Promise((resolve) => {
        const run: Hook = async (call) => {
          await stop(call);
          resolve(call);
        };
        const matches = (call: HookedCall): boolean => changes(call) && matchesCall(name)(call);
        waiting.push({ place, matches, run, kills: true, skip: nth - 1, left: 1 });
      });
    },
    killPoints: () => [...passed],
    clear() {
      waiting = [];
      pairs = [];
      passed = [];
      timesPassed = new Map();
    },
  };

  return {
    script,
    beforeCall(call) {
      if (changes(call)) pass(call);
      if (waiting.length === 0 && pairs.length === 0) return undefined;
      const due = [...duePairs(call), ...dueAt('before', call)];
      return due.length > 0 ? run(due, call) : undefined;
    },
    afterCall(call, response) {
      if (waiting.length === 0 && pairs.length === 0) return undefined;
      for (const { read, id, readers } of pairs) {
        if (read(call) && (id === undefined || holds(response(), id))) readers.add(clientOf(call));
      }
      const due = dueAt('after', call);
      return due.length > 0 ? run(due, call) : undefined;
    },
  };
}

const clientOf = ({ shop, app = '' }: HookedCall): string => `${shop} ${app}`;

/** Whether a hook meets a call that it matches: not those that it lets pass. */
function meets(hook: { skip: number; left: number }): boolean {
  if (hook.skip > 0) {
    hook.skip -= 1;
    return false;
  }
  hook.left -= 1;
  return true;
}

/** Whether a JSON text holds a gid, and not only one that begins like it. */
const holds = (json: string, id: string): boolean => json.includes(JSON.stringify(id));

/** Whether a call can change something. */
function changes({ kind, operation }: HookedCall): boolean {
  if (kind !== undefined) return kind === 'mutation';
  return operation === 'staged upload' || /^(?:POST|PUT|PATCH|DELETE) /.test(operation);
}

function readKillPoint(point: string): { readonly place: Place; readonly name: string; readonly nth: number } {
  const {
    place,
    name,
    nth = '1',
  } = /^(?<place>before|after) (?<name>[^#]+)(?:#(?<nth>[1-9]\d*))?$/.exec(point)?.groups ?? {};
  if (place !== undefined && name !== undefined) return { place: place as Place, name, nth: Number(nth) };
  const message = `is "${point}". Write it like "before productSet" or "after productVariantsBulkUpdate#2".`;
  throw new ConfigError('Invalid configuration', { issues: [{ field: 'point', message }] });
}

function checkHook(options: BetweenOptions, names: Readonly<Record<string, true>>): void {
  const { after = 0, times = 1 } = options;
  const problems: Issue[] = [...unknownNames(options, names)];
  for (const [field, value] of Object.entries({ after, times })) {
    if (!(value >= 0)) problems.push({ field, message: `is ${value}. Give a number of calls, 0 or more.` });
  }
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
}
