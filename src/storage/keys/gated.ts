import type { Gate } from '../gate.ts';
import type { KeyEngine } from './engine.ts';

/** The engine behind a gate: each step is let through, or refused once the stores are closed. */
export function gatedEngine(engine: KeyEngine, { run }: Gate): KeyEngine {
  const { locks } = engine;
  return {
    get: (key) => run(() => engine.get(key)),
    set: (key, value, terms) => run(() => engine.set(key, value, terms)),
    compareAndSet: (key, expected, value, terms) => run(() => engine.compareAndSet(key, expected, value, terms)),
    delete: (key, fence) => run(() => engine.delete(key, fence)),
    async *scan(prefix) {
      const pages = engine.scan(prefix)[Symbol.asyncIterator]();
      for (;;) {
        const page = await run(() => pages.next());
        if (page.done) return;
        yield page.value;
      }
    },
    locks: {
      take: (key, leaseMs) => run(() => locks.take(key, leaseMs)),
      renew: (key, token, leaseMs) => run(() => locks.renew(key, token, leaseMs)),
      release: (key, token) => run(() => locks.release(key, token)),
    },
  };
}
