// Sets products by a bulk mutation with a key: 2 of 100 rows are bad, and 1 of 100 loses its outcome. Prints the
// counts.
import { createShopifyClient } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';

const [origin = '', path = '', count = '0'] = process.argv.slice(2);
const stores = sqliteStores({ path });
const forgetful: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (!response.body || !String(input).includes('/fake-downloads/')) return response;
  let rest = '';
  // The same number of bytes: fewer would be a truncated download.
  const blank = (line: string): string => (/"__lineNumber":\d*50}$/.test(line) ? ' '.repeat(line.length) : line);
  const body = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream<string, string>({
      transform(text, controller) {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        controller.enqueue(lines.map((line) => `${blank(line)}\n`).join(''));
      },
      flush: (controller) => controller.enqueue(rest),
    }),
  );
  return new Response(body.pipeThrough(new TextEncoderStream()), { status: response.status });
};
const { bulk } = createShopifyClient({
  shop: 'demo',
  accessToken: 'shpat_fake',
  origin,
  fetch: forgetful,
  bulk: { store: stores.keyValue },
});

function* rows(): Generator<object> {
  for (let index = 0; index < Number(count); index += 1) {
    const handle = `product-${index}`;
    yield { identifier: { handle }, input: { handle, title: index % 50 === 7 ? '' : `Product ${index}` } };
  }
}

const document = `mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(input: $input, identifier: $identifier) { product { id } userErrors { code field message } }
}`;
const run = await bulk.mutate(document, rows(), { key: 'import', rerun: 0, fileBytes: 400_000 });
const seen = new Uint8Array(Number(count));
for await (const { index } of run) seen[index] = (seen[index] ?? 0) + 1;
const isOnce = seen.every((times) => times === 1);
process.stdout.write(
  `${JSON.stringify({ ...run.summary(), isOnce, peakMb: process.resourceUsage().maxRSS / 1024 })}\n`,
);
await stores.close();
