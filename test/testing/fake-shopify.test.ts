import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify, createManualClock, type FakeShopify } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../src/errors/errors.ts';
import { ask, pushMutation, tee } from './ask.ts';

const push = async (fake: FakeShopify, handle: string): Promise<string> => {
  const { json } = await ask(fake.fetch, { query: pushMutation, variables: tee(handle) });
  return json.data.productSet.product.id;
};
const handles = (fake: FakeShopify): unknown[] => fake.products().map((product) => product.handle);

describe('what a fake tells', () => {
  it('is every call, with what it cost and whether it was executed', async () => {
    const clock = createManualClock({ now: 5_000 });
    const fake = createFakeShopify({ clock, shops: [{ tokens: { shpat_x: 'crm' } }] });
    await clock.advance(1_000);
    await ask(fake.fetch, { token: 'shpat_x', query: pushMutation, variables: tee() });
    await ask(fake.fetch, { token: 'shpat_x', query: '{ shop { id } }' });
    expect(fake.calls).toEqual([
      {
        at: 6_000,
        shop: 'demo.myshopify.com',
        app: 'crm',
        operation: 'Push',
        rootFields: ['productSet'],
        kind: 'mutation',
        variables: tee(),
        status: 200,
        requestedCost: 10,
        actualCost: 10,
        outcome: 'ok',
        executed: true,
      },
      expect.objectContaining({ operation: 'shop', kind: 'query', variables: {} }),
    ]);
  });

  it('leaves variables out where they are not wanted', async () => {
    const fake = createFakeShopify({ recordVariables: false });
    await push(fake, 'a');
    expect(fake.calls).toMatchObject([{ operation: 'Push', variables: {} }]);
    expect(fake.calls[0]?.variables).toEqual({});
  });

  it('is how often an operation was executed, by name, by root field or by any test', async () => {
    const fake = createFakeShopify();
    fake.faults.next('status-500', { after: 1 });
    fake.faults.next('reset-after', { after: 2 });
    await push(fake, 'a');
    expect((await ask(fake.fetch, { query: pushMutation, variables: tee('b') })).status).toBe(500);
    await expect(push(fake, 'b')).rejects.toThrow('fetch failed');
    expect(fake.executed('Push')).toBe(2);
    expect(fake.executed('productSet')).toBe(2);
    expect(fake.executed('shop')).toBe(0);
    expect(fake.executed((call) => call.status === 200)).toBe(1);
    expect(handles(fake)).toEqual(['a', 'b']);
  });

  it('is how many of the possible points were used', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, shops: [{ bucket: { maximumAvailable: 100, restoreRate: 50 } }] });
    expect(fake.stats()).toMatchObject({ calls: 0, pointsPossible: 0, utilisation: 0 });
    for (let count = 0; count < 12; count++) await ask(fake.fetch, { query: pushMutation, variables: tee() });
    await clock.advance(1_000);
    expect(fake.stats()).toMatchObject({
      calls: 12,
      throttled: 2,
      pointsUsed: 100,
      pointsPossible: 150,
      pointsLost: 0,
    });
    expect(fake.stats().utilisation).toBeCloseTo(2 / 3, 9);
    await clock.advance(9_000);
    expect(fake.stats()).toMatchObject({ pointsPossible: 200, pointsLost: 400, utilisation: 0.5 });
  });

  it('meets faults by chance, the same ones for the same seed', async () => {
    const outcomes = async (): Promise<unknown[]> => {
      const fake = createFakeShopify({ seed: 7, faults: { rate: 0.5, kinds: ['status-502', 'reset-after'] } });
      for (let count = 0; count < 20; count++) await ask(fake.fetch).catch(() => undefined);
      return fake.calls.map((call) => call.fault);
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([undefined, 'status-502', 'reset-after']));
    expect(await outcomes()).toEqual(first);
  });
});

describe('the state of a fake', () => {
  it('can be kept and brought back', async () => {
    const fake = createFakeShopify();
    await push(fake, 'a');
    const kept = structuredClone(fake.snapshot());
    const second = await push(fake, 'b');
    fake.restore(kept);
    expect(handles(fake)).toEqual(['a']);
    expect(await push(fake, 'c')).not.toBe(second);
  });

  it('has the publications of each shop', () => {
    const fake = createFakeShopify({ shops: [{}, { domain: 'two.myshopify.com', publications: ['Web'] }] });
    const names = (shop: string): unknown[] => fake.store.all(shop, 'Publication').map((entity) => entity.name);
    expect(names('demo.myshopify.com')).toEqual(['Online Store', 'Point of Sale']);
    expect(names('two.myshopify.com')).toEqual(['Web']);
  });

  it('belongs to one shop', async () => {
    const fake = createFakeShopify({ shops: [{}, { domain: 'two.myshopify.com' }] });
    await push(fake, 'a');
    expect(fake.products('demo.myshopify.com')).toHaveLength(1);
    expect(fake.products('TWO.myshopify.com')).toEqual([]);
    expect(() => fake.products()).toThrow('Give one of: demo.myshopify.com, two.myshopify.com.');
    expect(() => fake.stats('three.myshopify.com')).toThrow(
      expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')),
    );
  });

  describe('in a file', () => {
    const folders: string[] = [];
    const fakes: FakeShopify[] = [];
    afterEach(async () => {
      for (const fake of fakes.splice(0)) await fake.close();
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
    });
    const newFile = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'fake-'));
      folders.push(folder);
      return join(folder, 'snapshot.jsonl');
    };
    const open = (persistFile: string): FakeShopify => {
      const fake = createFakeShopify({ persistFile });
      fakes.push(fake);
      return fake;
    };

    it('is there for the next fake, though this one was never closed', async () => {
      const file = newFile();
      const before = open(file);
      const id = await push(before, 'a');
      const inFile = readFileSync(file, 'utf8');
      expect(inFile).toContain(id);

      const after = open(file);
      expect(after.products()).toEqual(before.products());
      expect(after.store.all('demo.myshopify.com', 'Publication')).toHaveLength(2);
      expect(await push(after, 'a')).toBe(id);
      expect(await push(after, 'b')).not.toBe(id);
    });

    it('was written before a connection that is dropped after execution', async () => {
      const file = newFile();
      const before = open(file);
      before.faults.next('reset-after');
      await expect(push(before, 'a')).rejects.toThrow('fetch failed');
      expect(handles(open(file))).toEqual(['a']);
    });

    it('follows a restore', async () => {
      const file = newFile();
      const before = open(file);
      await push(before, 'a');
      const kept = before.snapshot();
      await push(before, 'b');
      before.restore(kept);
      await push(before, 'c');
      const after = open(file);
      expect(handles(after)).toEqual(['a', 'c']);
      expect(after.store.all('demo.myshopify.com', 'Publication')).toHaveLength(2);
    });
  });
});

describe('the options of a fake', () => {
  it.each([
    [{ shops: [] }, 'shops: is empty'],
    [{ shops: [{ domain: 'evil.com' }] }, 'shops[0].domain: "evil.com" is not a shop domain'],
    [{ shops: [{}, { domain: 'Demo.myshopify.com' }] }, 'shops[1].domain: "demo.myshopify.com" is given twice'],
    [{ latencyMs: -1 }, 'latencyMs: is -1'],
    [{ costSkew: 1 }, 'costSkew: is 1'],
    [{ faults: { rate: Number.NaN } }, 'faults.rate: is NaN'],
  ])('%j do not fit', (options, message) => {
    expect(() => createFakeShopify(options)).toThrow(message);
    expect(() => createFakeShopify(options)).toThrow(
      expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')),
    );
  });

  it('answer fields as the test wants', async () => {
    const fake = createFakeShopify({ resolvers: { Shop: { email: () => 'owner@demo.example' } } });
    const { json } = await ask(fake.fetch, { query: '{ shop { email } }' });
    expect(json.data).toEqual({ shop: { email: 'owner@demo.example' } });
  });
});

describe('a fake on a manual clock', () => {
  it('lets a caller wait an hour for its response at once', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, latencyMs: 3_600_000 });
    expect((await clock.run(ask(fake.fetch))).status).toBe(200);
    expect(clock.monotonic()).toBe(3_600_000);
  });

  it('answers late where it is told to be slow', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, faults: { rate: 1, kinds: ['slow'], delayMs: 9_000 } });
    await clock.run(push(fake, 'a'));
    expect(clock.monotonic()).toBe(9_000);
  });
});
