import { type FaultKind, faultKinds } from './faults/faults.ts';
import type { ExecutedField, FakeCall, FakeExecution, FakeStats } from './model.ts';
import type { ShopState } from './shops.ts';

/** An operation name, a root field or an idempotency key; or a function that tests one call. */
export type CallFilter = string | ((call: FakeCall) => boolean);

type NamedCall = Pick<FakeCall, 'operation' | 'rootFields' | 'idempotencyKeys'>;

/** Converts a filter to a test of calls. */
export function matchesCall<Call extends NamedCall>(
  filter: string | ((call: Call) => boolean),
): (call: Call) => boolean {
  if (typeof filter === 'function') return filter;
  return (call) =>
    call.operation === filter || call.rootFields.includes(filter) || call.idempotencyKeys?.includes(filter) === true;
}

/** What a fake was asked, in the order in which the responses were ready. */
export interface CallLog {
  readonly calls: readonly FakeCall[];
  add(call: FakeCall): void;
  /** All that was executed, in that order. */
  readonly executions: readonly FakeExecution[];
  addExecution(execution: FakeExecution): void;
  /** How many of the calls that match were executed. */
  executed(filter: CallFilter): number;
  /** Counts over these shops. */
  stats(shops: readonly ShopState[]): FakeStats;
}

/**
 * Makes an empty log.
 *
 * @param keepVariables Whether calls and executions keep the variables they came with.
 */
export function createCallLog(keepVariables: boolean): CallLog {
  const calls: FakeCall[] = [];
  const executions: FakeExecution[] = [];
  const withoutArgs = (field: ExecutedField): ExecutedField => ({ ...field, args: {} });
  return {
    calls,
    add: (call) => calls.push(keepVariables ? call : { ...call, variables: {} }),
    executions,
    addExecution(execution) {
      executions.push(keepVariables ? execution : { ...execution, fields: execution.fields.map(withoutArgs) });
    },
    executed(filter) {
      const matches = matchesCall(filter);
      return calls.filter((call) => call.executed && matches(call)).length;
    },
    stats(shops) {
      const domains = new Set(shops.map((shop) => shop.domain));
      const own = calls.filter((call) => domains.has(call.shop));
      const count = (test: (call: FakeCall) => boolean): number => own.filter(test).length;
      const faults = Object.fromEntries(
        faultKinds.map((kind) => [kind, count((call) => call.fault === kind)]),
      ) as Record<FaultKind, number>;
      const usages = shops.flatMap((shop) => shop.buckets()).map((bucket) => bucket.usage());
      const sum = (key: 'used' | 'possible' | 'lost'): number => usages.reduce((total, usage) => total + usage[key], 0);
      const pointsPossible = sum('possible');
      return {
        calls: own.length,
        throttled: count((call) => call.outcome === 'throttled'),
        throttledInjected: faults.throttled,
        faults,
        pointsUsed: sum('used'),
        pointsPossible,
        pointsLost: sum('lost'),
        utilisation: pointsPossible === 0 ? 0 : sum('used') / pointsPossible,
      };
    },
  };
}
