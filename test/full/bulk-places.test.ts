import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { sourceProgram } from '../source-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-bulk-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('at most five of six operations of two processes run at once, and none is refused', async () => {
  const fake = createFakeShopify({ bulk: { delayMs: 8_000 } });
  try {
    const { origin } = await fake.listen();
    const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
    for (const title of ['Product 1', 'Product 2'])
      await shop.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }', {
        input: { title },
      });
    const running: number[] = [];
    fake.hooks.after(
      'bulkOperationRunQuery',
      () => {
        const operations = fake.store.all('demo.myshopify.com', 'BulkOperation');
        running.push(operations.filter(({ status }) => /CREATED|RUNNING/.test(String(status))).length);
      },
      { times: 100 },
    );
    const run = async (name: string): Promise<unknown> => {
      const args = [origin, join(folder, 'stores.db'), name, '3'];
      const child = spawn(process.execPath, sourceProgram(new URL('programs/bulk-places.ts', import.meta.url), args), {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return JSON.parse(await text(child.stdout));
    };
    expect(await Promise.all([run('one'), run('two')])).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    // A refused query is sent again.
    expect(running).toHaveLength(6);
    expect(Math.max(...running)).toBe(5);
    const operations = fake.store.all('demo.myshopify.com', 'BulkOperation');
    expect(operations.map(({ status }) => status)).toEqual(Array(6).fill('COMPLETED'));
  } finally {
    await fake.close();
  }
}, 120_000);
