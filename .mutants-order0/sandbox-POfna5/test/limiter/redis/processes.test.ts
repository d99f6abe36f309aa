// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { type RunningProgram, startProgram } from './programs/spawn.ts';
import { type SimulatedShop, startSimulatedShop } from './simulated-shop-server.ts';

const { url, describe } = await redisOrSkip(9);
const keyPrefix = `test:${randomUUID()}:`;

const programs: RunningProgram[] = [];
let shop: SimulatedShop | undefined;

function start(): RunningProgram {
  const program = startProgram('spend.ts', [url, keyPrefix, shop?.url ?? '', '8']);
  programs.push(program);
  return program;
}

afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill();
  await shop?.close();
  const redis = new Redis(url);
  const keys = await redis.keys(`${keyPrefix}*`);
  if (keys.length > 0) await redis.del(...keys);
  await redis.quit();
});

describe('two Node processes on one bucket', () => {
  it('never go over it, share it fairly, and one goes on when the other is killed', async () => {
    shop = await startSimulatedShop({ maximumAvailable: 400, restoreRate: 400 });
    const one = start();
    await one.until('done', 1);
    const two = start();
    await two.until('done', 1);
    const [before, beside] = [one.count('done'), two.count('done')];
    await Promise.race([one.until('done', before + 60), two.until('done', beside + 60)]);
    expect(one.count('done') - before).toBeGreaterThan(30);
    expect(two.count('done') - beside).toBeGreaterThan(30);

    await two.kill();
    await one.until('done', one.count('done') + 60);
    expect(one.count('throttled')).toBe(0);
    expect(shop.throttled).toBe(0);
  }, 30_000);

  it('go on when one of them was stopped for a while, and so does that one', async () => {
    shop = await startSimulatedShop({ maximumAvailable: 400, restoreRate: 400 });
    const [one, two] = [start(), start()];
    await Promise.all([one.until('done', 10), two.until('done', 10)]);
    two.pause();
    // At 40 calls a second this is longer than a place in line or a command of Redis may take.
    await one.until('done', one.count('done') + 70);
    two.resume();
    await Promise.all([one, two].map((program) => program.until('done', program.count('done') + 15)));
    expect(shop.throttled).toBe(0);
  }, 30_000);
});
