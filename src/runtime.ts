import { type CostBook, createCostBook } from './graphql/cost/history.ts';
import { createDocumentParser, type DocumentParser } from './graphql/document.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import { createGuardShelf, type GuardShelf } from './resilience/guard-shelf.ts';

/** What all clients of a process share. */
interface Runtime {
  /** By test server, or `''` for Shopify itself; each holds the buckets of all apps and shops there. */
  readonly limiters: Map<string, RateLimiter>;
  /** The same for REST calls, whose buckets are others. */
  readonly restLimiters: Map<string, RateLimiter>;
  /** By origin, shop and app. */
  readonly guards: GuardShelf;
  /** Notices that have been given, so that each is given once. */
  readonly told: Set<string>;
  readonly documents: DocumentParser;
  readonly costs: CostBook;
}

export function createRuntime(): Runtime {
  return {
    limiters: new Map(),
    restLimiters: new Map(),
    guards: createGuardShelf(),
    told: new Set(),
    documents: createDocumentParser(),
    costs: createCostBook(),
  };
}

const place = Symbol.for('shopwright.runtime');

/**
 * The runtime of this process. It hangs on `globalThis`, so that clients made for each request, and
 * those of two copies of the module, follow one bucket and one breaker for each shop.
 */
export function processRuntime(): Runtime {
  const scope = globalThis as { [place]?: Runtime };
  scope[place] ??= createRuntime();
  return scope[place];
}

/** The map's value of that key, made at its first use. */
export function shared<T>(map: Map<string, T>, key: string, create: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
