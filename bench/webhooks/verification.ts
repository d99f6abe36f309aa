import { createHmac, timingSafeEqual } from 'node:crypto';
import { verifyWebhook } from 'shopwright/webhooks';
import { median } from '../races/statistics.ts';

const rounds = 200;
const secret = 'shpss_0123456789abcdef0123456789abcdef';
// One kilobyte, as bytes, which is what a server has.
const rawBody = Buffer.from(JSON.stringify({ id: 42, body_html: 'x'.repeat(999) }));
const hmac = createHmac('sha256', secret).update(rawBody).digest('base64');

/** As node:http has them of a delivery that came through a proxy. */
const headers: Readonly<Record<string, string>> = {
  host: 'app.example',
  'user-agent': 'Shopify-Captain-Hook',
  'content-type': 'application/json',
  'content-length': String(rawBody.byteLength),
  accept: '*/*',
  'accept-encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-shopify-topic': 'products/update',
  'x-shopify-hmac-sha256': hmac,
  'x-shopify-shop-domain': 'demo.myshopify.com',
  'x-shopify-api-version': '2026-10',
  'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
  'x-shopify-triggered-at': '2026-11-02T12:00:00.123456789Z',
};
const headersObject = new Headers(headers);

/** The part of `@shopify/shopify-api` that is measured. */
interface ShopifyApiModule {
  shopifyApi(options: object): {
    readonly webhooks: { validate(delivery: object): Promise<{ readonly valid: boolean }> };
  };
}

// By names in variables: the root's type check runs where the dependencies of `bench/` are not installed.
const peer: string = '@shopify/shopify-api';
const adapter: string = '@shopify/shopify-api/adapters/node';
await import(adapter);
const { shopifyApi }: ShopifyApiModule = await import(peer);

const official = shopifyApi({
  apiKey: 'key',
  apiSecretKey: secret,
  hostName: 'app.example',
  apiVersion: '2026-07',
  isEmbeddedApp: false,
  logger: { level: 0 },
});
const rawRequest = { method: 'POST', url: '/webhooks/shopify', headers };

/** One way to verify. Each call must find the signature right, or the figure would be about something else. */
interface Contender {
  readonly name: string;
  readonly calls: number;
  verify(): boolean | Promise<boolean>;
}

const contenders: readonly Contender[] = [
  {
    name: 'bare createHmac + timingSafeEqual',
    calls: 500,
    verify: () =>
      timingSafeEqual(
        createHmac('sha256', secret).update(rawBody).digest(),
        Buffer.from(headers['x-shopify-hmac-sha256'] ?? '', 'base64'),
      ),
  },
  {
    name: "verifyWebhook, node:http's headers",
    calls: 500,
    verify: () => verifyWebhook({ rawBody, headers, secrets: secret }).ok,
  },
  {
    name: 'verifyWebhook, a Headers object',
    calls: 500,
    verify: () => verifyWebhook({ rawBody, headers: headersObject, secrets: secret }).ok,
  },
  {
    name: '@shopify/shopify-api webhooks.validate',
    calls: 10,
    verify: async () =>
      (await official.webhooks.validate({ rawBody: rawBody.toString(), rawRequest, rawResponse: {} })).valid,
  },
];

/** Microseconds a call in one round. */
async function round({ name, calls, verify }: Contender): Promise<number> {
  const start = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const answer = verify();
    const isRight = typeof answer === 'boolean' ? answer : await answer;
    if (!isRight) throw new Error(`${name} found a right signature wrong`);
  }
  return ((performance.now() - start) * 1_000) / calls;
}

/**
 * Measures verification of a body of one kilobyte. Contenders take turns round by round, so that a busy moment of the
 * machine meets them all; a factor is the median over the rounds of the factor in each. A round is short, since a
 * loop of thousands of signatures that never lets go measures how their handles pile up, which no server does.
 */
export async function measureVerification(): Promise<void> {
  for (const contender of contenders) await round(contender);
  const times = contenders.map((): number[] => []);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [index, contender] of contenders.entries()) times[index]?.push(await round(contender));
  }
  const bare = times[0] ?? [];
  console.log(`Verification of ${rawBody.byteLength} bytes, ${rounds} rounds`);
  console.table(
    contenders.map(({ name }, index) => {
      const own = times[index] ?? [];
      const factor = median(own.map((time, turn) => time / (bare[turn] ?? Number.NaN)));
      return { name, 'µs a call': Number(median(own).toFixed(2)), '× bare': Number(factor.toFixed(2)) };
    }),
  );
  const [ours = [], theirs = []] = [times[1], times[3]];
  const faster = median(theirs.map((time, turn) => time / (ours[turn] ?? Number.NaN)));
  console.log(`verifyWebhook is ${faster.toFixed(0)} times as fast as @shopify/shopify-api.`);
}
