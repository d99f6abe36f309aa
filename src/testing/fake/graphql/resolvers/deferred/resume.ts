import type { Clock } from '../../../../../internal/clock.ts';
import type { Background } from '../../../background.ts';
import type { GraphqlEngine } from '../../../model.ts';
import type { DeferredEntity } from '../../../store/deferred-entities.ts';
import type { FakeStore } from '../../../store/entity-store.ts';
import type { DeferredKind } from '../deferred.ts';

const poll: Readonly<Record<DeferredKind, string>> = {
  ProductSetOperation: 'query ($id: ID!) { productOperation(id: $id) { status } }',
  ProductDeleteOperation: 'query ($id: ID!) { productOperation(id: $id) { status } }',
  Job: 'query ($id: ID!) { job(id: $id) { done } }',
};

/** Goes on with work that was put off when the fake was stopped, or that came with a snapshot: a look at it wakes it. */
export function resumeDeferred(
  shops: readonly string[],
  fake: {
    readonly engine: GraphqlEngine;
    readonly store: FakeStore;
    readonly clock: Clock;
    readonly background: Background;
  },
): void {
  const { engine, store, clock, background } = fake;
  for (const shop of shops) {
    for (const [kind, query] of Object.entries(poll)) {
      for (const entity of store.all(shop, kind)) {
        const { id, status, dueAt } = entity as DeferredEntity;
        if (status === 'COMPLETE') continue;
        background.later(Math.max(0, dueAt - clock.now()) + 1, async () => {
          const prepared = engine.prepare({ query, variables: { id } });
          if (prepared.ok)
            await engine.execute(prepared.operation, { shop, app: 'default', origin: `https://${shop}` });
        });
      }
    }
  }
}
