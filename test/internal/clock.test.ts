import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/internal/clock.ts';

const warnings: string[] = [];
const listen = ({ name }: Error): unknown => warnings.push(name);
process.on('warning', listen);
afterEach(() => process.off('warning', listen));

describe('the timers of the machine', () => {
  it('run soon if their time has passed, without a warning of Node', async () => {
    await new Promise<void>((resolve) => systemClock.setTimer(resolve, -5));
    await nextTurn();
    expect(warnings).toEqual([]);
  });
});
