import { createFakeShopify, type FakeShopify, type ShopwrightMatchers, shopwrightMatchers } from 'shopwright/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { ask, pushMutation, tee } from './ask.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends ShopwrightMatchers<R> {}
}

expect.extend(shopwrightMatchers);

const push = (fake: FakeShopify, handle: string) =>
  ask(fake.fetch, { query: pushMutation, variables: tee(handle) }).catch(() => undefined);

/** A fake that executed `Push` twice, once unseen by its caller, and refused it once. */
async function used(): Promise<FakeShopify> {
  const fake = createFakeShopify({ shops: [{ bucket: { maximumAvailable: 20, restoreRate: 0.001 } }] });
  fake.faults.next('reset-after', { after: 1 });
  for (const handle of ['a', 'b', 'c']) await push(fake, handle);
  return fake;
}

const failure = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'passed';
};

describe('toHaveExecuted', () => {
  it('passes where the operation, root field or test was executed so often', async () => {
    const fake = await used();
    expect(fake).toHaveExecuted('Push');
    expect(fake).toHaveExecuted('productSet', 2);
    expect(fake).toHaveExecuted('shop', 0);
    expect(fake).toHaveExecuted((call) => call.fault === 'reset-after', 1);
    expect(fake).not.toHaveExecuted('shop');
    expect(fake).not.toHaveExecuted('Push', 3);
  });

  it('lists the calls where it fails', async () => {
    const fake = await used();
    expect(failure(() => expect(fake).toHaveExecuted('productSet', 1))).toBe(
      [
        'Expected productSet to be executed once, but it was executed 2 times.',
        '',
        'Calls:',
        '  1. Push (productSet): status 200, ok, executed',
        '  2. Push (productSet): no answer, reset-after, executed',
        '  3. Push (productSet): status 200, throttled, not executed',
      ].join('\n'),
    );
    expect(failure(() => expect(fake).toHaveExecuted('shop'))).toContain(
      'Expected shop to be executed, but it was executed never.',
    );
    expect(failure(() => expect(fake).not.toHaveExecuted('Push'))).toContain(
      'Expected Push not to be executed, but it was 2 times.',
    );
    expect(failure(() => expect(fake).not.toHaveExecuted(() => true, 2))).toContain(
      'Expected a matching call not to be executed 2 times, but it was.',
    );
  });

  it('lists the last twenty of many calls', async () => {
    const fake = createFakeShopify();
    for (let count = 0; count < 21; count += 1) await ask(fake.fetch);
    await ask(fake.fetch, { token: 'wrong' });
    const message = failure(() => expect(fake).toHaveExecuted('productSet'));
    expect(message).toContain('Last 20 of 22 calls:\n  3. Overview (shop): status 200, ok, executed\n  4.');
    expect(message).toContain('\n  22. no operation: status 401, refused, not executed');
  });

  it('says so where nobody called', () => {
    const fake = createFakeShopify();
    expect(failure(() => expect(fake).toHaveExecuted('Push', 2))).toBe(
      'Expected Push to be executed 2 times, but it was executed never.\n\nThe fake was not called.',
    );
  });
});

describe('toHaveExecutedOnce', () => {
  it('passes for exactly one execution', async () => {
    const fake = createFakeShopify();
    await push(fake, 'a');
    expect(fake).toHaveExecutedOnce('Push');
    expect(fake).not.toHaveExecutedOnce('shop');
    await push(fake, 'a');
    expect(fake).not.toHaveExecutedOnce('Push');
    expect(failure(() => expect(fake).toHaveExecutedOnce('Push'))).toContain('once, but it was executed 2 times.');
  });
});

describe('toHaveBeenThrottled', () => {
  it('passes where a bucket was short', async () => {
    const fake = await used();
    expect(fake).toHaveBeenThrottled();
    expect(failure(() => expect(fake).not.toHaveBeenThrottled())).toContain(
      '1 of 3 calls was throttled because a bucket had too few points.',
    );
    await push(fake, 'd');
    expect(failure(() => expect(fake).not.toHaveBeenThrottled())).toContain('2 of 4 calls were throttled');
  });

  it('does not count what a test injected', async () => {
    const fake = createFakeShopify();
    fake.faults.next('throttled');
    await push(fake, 'a');
    expect(fake).not.toHaveBeenThrottled();
    expect(failure(() => expect(fake).toHaveBeenThrottled())).toContain(
      'No call was throttled because a bucket had too few points.\n\nCalls:\n  1. Push (productSet): status 200, throttled, not executed',
    );
  });
});

describe('the matchers', () => {
  it.each([undefined, {}, { calls: [] }, 'fake'])('refuse %j, which is no fake', (received) => {
    expect(() => expect(received).toHaveExecuted('Push')).toThrow('expect(fake)');
  });

  it('have types without a test runner', () => {
    expectTypeOf<ReturnType<ShopwrightMatchers<'r'>['toHaveExecutedOnce']>>().toEqualTypeOf<'r'>();
  });
});
