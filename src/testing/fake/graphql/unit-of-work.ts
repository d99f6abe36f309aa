import type { Clock } from '../../../internal/clock.ts';
import type { Background, ShopEvent } from '../background.ts';
import type { Caller } from '../model.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { createRun, type OperationContext, type OperationRun, type ShopInfo, type UnitOfWork } from './context.ts';

/** What every unit of one caller shares. */
interface UnitBase extends Caller {
  readonly info: ShopInfo;
  readonly clock: Clock;
  readonly background: Background;
  readonly run: OperationRun;
  readonly queryRoots?: ReadonlySet<string>;
}

/** Begins a unit over the store itself: on its commit events go out, and work for later is set on the clock. */
export function beginUnit(store: EntityStore, base: UnitBase): UnitOfWork {
  return unitOver({ store, base, afterCommit: (run) => run() }, (work) => {
    const unit = beginUnit(store, { ...base, run: createRun() });
    work(unit.context);
    unit.commit();
  });
}

/** What a unit lies over. */
interface Parent {
  readonly store: EntityStore;
  readonly base: UnitBase;
  readonly afterCommit: (run: () => void) => void;
}

function unitOver(parent: Parent, transact: (work: (context: OperationContext) => void) => void): UnitOfWork {
  const { base } = parent;
  const { shop, background } = base;
  const store = parent.store.begin();
  const waiting: (() => void)[] = [];
  const afterCommit = (run: () => void): void => {
    waiting.push(run);
  };
  return {
    context: {
      ...base,
      store,
      announce: (topic, payload) => afterCommit(() => background.emit(shopEvent(shop, topic, payload))),
      later: (delayMs, work) => afterCommit(() => background.later(delayMs, () => transact(work))),
      begin: () => unitOver({ store, base, afterCommit }, transact),
    },
    commit() {
      store.commit();
      for (const run of waiting.splice(0)) parent.afterCommit(run);
    },
  };
}

/** An event whose payload is created on demand: most events have no subscription. */
function shopEvent(shop: string, topic: string, makePayload: () => object): ShopEvent {
  let made: object | undefined;
  return {
    shop,
    topic,
    get payload() {
      made ??= makePayload();
      return made;
    },
  };
}
