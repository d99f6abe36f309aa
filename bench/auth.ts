// What it costs to check that a request is from Shopify. Prints tables; nothing is asserted, since machines differ.
// `npm run bench:auth` in the root.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { verifyAppProxy, verifyOAuthQuery, verifySessionToken } from 'shopwright/auth';
import { type Contender, raceContenders } from './contenders.ts';

const secret = 'shpss_0123456789abcdef0123456789abcdef';
const clientId = '61d2e5c8f1a04b7c9f3a2b1c0d9e8f70';
const shop = 'acme.myshopify.com';
const nowSeconds = Math.floor(Date.now() / 1_000);

/** The measured parts of `@shopify/shopify-api`. */
interface ShopifyApiModule {
  shopifyApi(options: object): {
    readonly session: { decodeSessionToken(token: string): Promise<{ readonly dest: string }> };
    readonly utils: {
      validateHmac(query: object, options?: { readonly signator: 'admin' | 'appProxy' }): Promise<boolean>;
    };
  };
}

// Imported by variable names: the root's type check runs without the dependencies of `bench/`.
const peer: string = '@shopify/shopify-api';
const adapter: string = '@shopify/shopify-api/adapters/node';
await import(adapter);
const { shopifyApi }: ShopifyApiModule = await import(peer);
const official = shopifyApi({
  apiKey: clientId,
  apiSecretKey: secret,
  hostName: 'app.example',
  apiVersion: '2026-07',
  isEmbeddedApp: true,
  logger: { level: 0 },
});

const hmacOf = (content: string, encoding: 'hex' | 'base64url'): string =>
  createHmac('sha256', secret).update(content).digest(encoding);

/** Only the HMAC of the same bytes. */
const bare = (content: string, signature: string, encoding: 'hex' | 'base64url'): Contender => ({
  name: 'bare createHmac + timingSafeEqual',
  calls: 500,
  verify: () => {
    const made = createHmac('sha256', secret).update(content).digest();
    return timingSafeEqual(made, Buffer.from(signature, encoding));
  },
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const tokenContent = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({
  iss: `https://${shop}/admin`,
  dest: `https://${shop}`,
  aud: clientId,
  sub: '42',
  // Valid for the whole run.
  exp: nowSeconds + 3_600,
  nbf: nowSeconds,
  iat: nowSeconds,
  jti: randomUUID(),
  sid: hmacOf('sid', 'hex'),
  sig: hmacOf('sig', 'hex'),
})}`;
const tokenSignature = hmacOf(tokenContent, 'base64url');
const token = `${tokenContent}.${tokenSignature}`;

await raceContenders(`Session token of ${token.length} bytes`, [
  bare(tokenContent, tokenSignature, 'base64url'),
  { name: 'verifySessionToken', calls: 500, verify: () => verifySessionToken({ token, clientId, secrets: secret }).ok },
  {
    name: '@shopify/shopify-api session.decodeSessionToken',
    calls: 50,
    verify: async () => (await official.session.decodeSessionToken(token)).dest !== '',
  },
]);

// The official check accepts at most 90 seconds, as ours does: each race signs again.
const signedNow = (): string => String(Math.floor(Date.now() / 1_000));

const oauthContent = `code=0907a61c0c8d55e99db179b68161bc00&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYWNtZQ&shop=${shop}&state=a1b2c3d4e5f6a7b8&timestamp=${signedNow()}`;
const hmac = hmacOf(oauthContent, 'hex');
const oauthQuery = `${oauthContent}&hmac=${hmac}`;
await raceContenders(`OAuth query of ${oauthQuery.length} bytes`, [
  bare(oauthContent, hmac, 'hex'),
  {
    name: 'verifyOAuthQuery',
    calls: 500,
    verify: () => verifyOAuthQuery({ query: oauthQuery, secrets: secret, state: 'a1b2c3d4e5f6a7b8' }).ok,
  },
  {
    name: '@shopify/shopify-api utils.validateHmac',
    calls: 10,
    verify: () => official.utils.validateHmac(Object.fromEntries(new URLSearchParams(oauthQuery))),
  },
]);

const timestamp = signedNow();
const proxyContent = `extra=1,2logged_in_customer_id=42path_prefix=/apps/reviewsshop=${shop}timestamp=${timestamp}`;
const signature = hmacOf(proxyContent, 'hex');
const proxyQuery = `extra=1&extra=2&shop=${shop}&logged_in_customer_id=42&path_prefix=%2Fapps%2Freviews&timestamp=${timestamp}&signature=${signature}`;
await raceContenders(`App proxy query of ${proxyQuery.length} bytes`, [
  bare(proxyContent, signature, 'hex'),
  { name: 'verifyAppProxy', calls: 500, verify: () => verifyAppProxy({ query: proxyQuery, secrets: secret }).ok },
  {
    name: '@shopify/shopify-api utils.validateHmac',
    calls: 10,
    verify: () => official.utils.validateHmac(new URLSearchParams(proxyQuery), { signator: 'appProxy' }),
  },
]);
