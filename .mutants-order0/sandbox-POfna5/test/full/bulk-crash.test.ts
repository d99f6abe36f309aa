// @ts-nocheck
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, type HookFilter } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-bulk-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const products = 40;

async function shopOf() {
  const fake = createFakeShopify({ bulk: { delayMs: 1_500 } });
  const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch });
  for (let index = 0; index < products; index += 1)
    await shop.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }', {
      input: { title: `Product ${index}`, handle: `product-${index}` },
    });
  return { fake, origin: (await fake.listen()).origin };
}

/** Runs the consumer until it ends, or is killed at a line of its output. */
async function consume(
  origin: string,
  path: string,
  options: { pauseAt?: number; onStart?: (kill: () => void) => void } = {},
): Promise<string> {
  const program = sourceProgram(new URL('programs/bulk-consumer.ts', import.meta.url), [
    origin,
    path,
    String(options.pauseAt ?? ''),
  ]);
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  options.onStart?.(() => void child.kill('SIGKILL'));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (line === 'paused') child.kill('SIGKILL');
  }
  return last;
}

type Place = readonly [name: string, filter: HookFilter | undefined, when: 'before' | 'after', pauseAt?: number];

const places: readonly Place[] = [
  ['before its start was executed', 'bulkOperationRunQuery', 'before'],
  ['after its start was executed, before the response', 'bulkOperationRunQuery', 'after'],
  ['at a look at the operation', 'BulkOperationById', 'before'],
  ['at the download', ({ operation }) => operation === 'bulk download', 'before'],
  ['between two rows', undefined, 'before', 17],
];

it.each([...places])(
  'a consumer that is killed %s sees each row once, of one operation',
  async (...place: unknown[]) => {
    const [name, filter, when, pauseAt] = place as unknown as Place;
    const { fake, origin } = await shopOf();
    const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.db`);
    try {
      await consume(origin, path, {
        ...(pauseAt !== undefined && { pauseAt }),
        onStart: (kill) => {
          if (filter) fake.hooks[when](filter, kill);
        },
      });
      expect(await consume(origin, path)).toBe('done');
      const db = new DatabaseSync(path);
      const seen = db.prepare('select id, at from seen').all() as { id: string; at: number }[];
      db.close();
      expect(seen.map(({ id }) => id).sort()).toEqual(
        fake
          .products()
          .map(({ id }) => id)
          .sort(),
      );
      expect(new Set(seen.map(({ at }) => at)).size).toBe(pauseAt === undefined ? 1 : 2);
      expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    } finally {
      await fake.close();
    }
  },
);
