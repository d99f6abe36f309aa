import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';

/** Rows of the longer run. Set BULK_ROWS=20000 for more. */
const many = Number(process.env['BULK_ROWS'] ?? 6_000);

const folder = mkdtempSync(join(tmpdir(), 'shopwright-bulk-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Counts {
  readonly rows: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  readonly operations: readonly string[];
  readonly isOnce: boolean;
  readonly peakMb: number;
}

async function importRows(
  count: number,
  kills: number,
): Promise<{ readonly counts: Counts; readonly executed: number; readonly products: number }> {
  const fake = createFakeShopify({ recordVariables: false, bulk: { rowsPerSecond: 5_000 } });
  const { origin } = await fake.listen();
  const path = join(folder, `${count}.db`);
  try {
    for (let attempt = 0; ; attempt += 1) {
      const program = sourceProgram(new URL('programs/bulk-importer.ts', import.meta.url), [
        origin,
        path,
        String(count),
      ]);
      const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, program, {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (attempt === 0 && kills > 0)
        fake.hooks.after('bulkOperationRunMutation', () => void child.kill('SIGKILL'), { after: 1 });
      if (attempt === 1 && kills > 1)
        fake.hooks.before(
          ({ operation }) => operation === 'bulk download',
          () => void child.kill('SIGKILL'),
          { after: 1 },
        );
      const told = await text(child.stdout);
      if (told === '') continue;
      const executed = fake.executions.filter(
        ({ bulkOperation, operation }) => bulkOperation !== undefined && operation.startsWith('Bulk_'),
      ).length;
      return { counts: JSON.parse(told) as Counts, executed, products: fake.products().length };
    }
  } finally {
    await fake.close();
  }
}

it('reports each of many rows once, despite kills, and takes no more memory for more rows', async () => {
  const few = await importRows(2_000, 0);
  const { counts, executed, products } = await importRows(many, 2);
  for (const { rows, done, refused, unknown, isOnce } of [few.counts, counts]) {
    expect(isOnce).toBe(true);
    expect(done + refused + unknown).toBe(rows);
    expect(Math.abs(refused / rows - 0.02)).toBeLessThan(0.002);
    expect(Math.abs(unknown / rows - 0.01)).toBeLessThan(0.003);
  }
  expect(counts.rows).toBe(many);
  expect(products).toBe(many - many / 50);
  // Each row was executed once, despite the kills.
  expect(executed).toBe(many);
  expect(counts.peakMb / few.counts.peakMb).toBeLessThan(1.1);
}, 900_000);
