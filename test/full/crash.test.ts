import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createShopifyClient } from 'shopwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'shopwright-crash-'));
let fake: ChildProcess;
let origin: string;

/** Starts the fake as a separate process and waits until it prints its address. */
beforeAll(async () => {
  fake = spawn(
    process.execPath,
    ['dist/cli/shopwright.js', 'fake', '--port', '0', '--plan', 'plus', '--latency', '80'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (!fake.stdout) throw new Error('the fake has no output');
  for await (const line of createInterface({ input: fake.stdout })) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (found) {
      origin = found;
      break;
    }
  }
}, 30_000);

afterAll(() => {
  fake.kill();
  rmSync(folder, { recursive: true, force: true });
});

function startExample(): ChildProcess {
  return spawn(
    process.execPath,
    ['examples/product-sync/main.ts', '--origin', origin, '--data', folder, '--concurrency', '4'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

/** Runs the example to its end and returns its output. */
async function runExample(): Promise<string> {
  const example = startExample();
  let output = '';
  example.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(example, 'exit');
  return output;
}

interface ProductsPage {
  readonly products: {
    readonly nodes: readonly {
      readonly id: string;
      readonly title: string;
      readonly metafield: { readonly value: string } | null;
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** The local id of every product in the fake. */
async function localIdsInShop(): Promise<readonly (string | undefined)[]> {
  const shop = createShopifyClient({ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', origin, isolated: true });
  const found: (string | undefined)[] = [];
  let after: string | null = null;
  do {
    const page: ProductsPage = (
      await shop.graphql<ProductsPage>(
        `query Held($after: String) {
          products(first: 100, after: $after) {
            nodes { id title metafield(namespace: "$app:shopwright", key: "local_id") { value } }
            pageInfo { hasNextPage endCursor }
          }
        }`,
        { after },
      )
    ).data;
    found.push(...page.products.nodes.map((product) => product.metafield?.value));
    after = page.products.pageInfo.hasNextPage ? page.products.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

describe('the example, killed at ten random moments and run again', () => {
  it('ends with each valid product exactly once', async () => {
    const moments: number[] = [];
    for (let kill = 0; kill < 10; kill += 1) {
      const example = startExample();
      const moment = 250 + Math.random() * 1200;
      moments.push(Math.round(moment));
      await new Promise((wait) => setTimeout(wait, moment));
      example.kill('SIGKILL');
      if (example.exitCode === null && example.signalCode === null) await once(example, 'exit');
    }
    const between = await localIdsInShop();

    const output = await runExample();
    const again = await runExample();

    const held = await localIdsInShop();
    const info = `killed after ${moments.join(', ')} ms, with ${between.length} products in the shop by then`;
    expect(held, info).not.toContain(undefined);
    expect(new Set(held).size, info).toBe(held.length);
    const inSync = Number(/health\s+healthy \((\d+) synced/.exec(output)?.[1]);
    expect(held.length, `${info}\n${output}`).toBe(inSync);
    expect(again).toMatch(/pushed\s+0 \(/);
    expect(again).toMatch(new RegExp(`unchanged\\s+${held.length}\\b`));
  }, 180_000);
});
