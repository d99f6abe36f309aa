import { type FaultKind, type FaultOptions, faultKinds } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { createFaultPlan, defaultFaultKinds } from '../../../src/testing/fake/faults/faults.ts';
import { operation } from '../stub-engine.ts';

const query = operation('query Overview { shop { id } }');
const push = operation('mutation Push { productSet(input: {}) { product { id } } }');

const draw = (options: FaultOptions, count: number, seed = 1): (FaultKind | undefined)[] => {
  const plan = createFaultPlan(options, seed);
  return Array.from({ length: count }, () => plan.choose(query)?.kind);
};

describe('createFaultPlan', () => {
  it('chooses nothing by default', () => {
    expect(draw({}, 50).every((kind) => kind === undefined)).toBe(true);
  });

  it('meets about the wanted share of calls, with every kind, the same for the same seed', () => {
    const kinds = draw({ rate: 0.3 }, 5_000);
    const met = kinds.filter((kind) => kind !== undefined);
    expect(met.length / kinds.length).toBeCloseTo(0.3, 1);
    expect(new Set(met)).toEqual(new Set(defaultFaultKinds));
    expect(draw({ rate: 0.3 }, 5_000)).toEqual(kinds);
    expect(draw({ rate: 0.3 }, 5_000, 2)).not.toEqual(kinds);
    expect(draw({ rate: 0.3, seed: 2 }, 5_000)).toEqual(draw({ rate: 0.3 }, 5_000, 2));
  });

  it('takes only the kinds it is given', () => {
    expect(new Set(draw({ rate: 1, kinds: ['html', 'empty'] }, 100))).toEqual(new Set(['html', 'empty']));
  });

  it('has no fault where it has no kinds to choose from', () => {
    expect(draw({ rate: 1, kinds: [] }, 3)).toEqual([undefined, undefined, undefined]);
  });

  it('follows a script before chance, for the named operation or root field', () => {
    const plan = createFaultPlan({}, 1);
    plan.next('reset-after', { operation: 'Push' });
    plan.next('status-503', { operation: 'productSet' });
    plan.next('slow', { operation: 'Overview', delayMs: 7 });
    expect(plan.choose(query)).toEqual({ kind: 'slow', delayMs: 7 });
    expect(plan.choose(query)).toBeUndefined();
    expect(plan.choose(push)).toEqual({ kind: 'reset-after', delayMs: 2_000 });
    expect(plan.choose(push)?.kind).toBe('status-503');
    expect(plan.choose(push)).toBeUndefined();
  });

  it('meets as many calls as the script says, after as many as it says', () => {
    const plan = createFaultPlan({}, 1);
    plan.next('empty', { times: 2, after: 1 });
    plan.next('html', { times: 0 });
    expect([1, 2, 3, 4].map(() => plan.choose(query)?.kind)).toEqual([undefined, 'empty', 'empty', undefined]);
  });

  it('stops when it is cleared', () => {
    const plan = createFaultPlan({ rate: 1 }, 1);
    plan.next('hang', { times: Number.POSITIVE_INFINITY });
    plan.clear();
    expect(plan.choose(query)).toBeUndefined();
  });

  it('names every problem of its options', () => {
    const kinds = ['slow', 'explode'] as FaultKind[];
    const make = (): unknown => createFaultPlan({ rate: 1.5, kinds, delayMs: -1 }, 1);
    expect(make).toThrow(
      /faults\.kinds: has the unknown kind explode\. Use some of: status-500.*\n.*faults\.rate: is 1\.5.*\n.*faults\.delayMs: is -1/,
    );
    expect(make).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
  });

  it('refuses a script that cannot be followed', () => {
    const plan = createFaultPlan({}, 1);
    expect(() => plan.next('slow', { times: Number.NaN })).toThrow('times: is NaN');
    expect(() => plan.next('explode' as FaultKind)).toThrow('has the unknown kind explode');
    expect(() => plan.next('slow-drip', { delayMs: -1 })).toThrow('delayMs: is -1');
  });

  it('lets a clock be slow as well as fast', () => {
    const plan = createFaultPlan({}, 1);
    plan.next('clock-skew', { delayMs: -5 });
    expect(plan.choose(query)).toEqual({ kind: 'clock-skew', delayMs: -5 });
  });
});

describe('faultKinds', () => {
  it('holds the kinds that chance can choose', () => {
    expect(faultKinds).toEqual(expect.arrayContaining([...defaultFaultKinds]));
  });
});
