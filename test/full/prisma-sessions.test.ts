import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createShopifyApp } from 'shopwright';
import { offlineToken, type ShopifySession, type ShopifySessionStorage, sessionTokens } from 'shopwright/auth';
import { postgresStores } from 'shopwright/storage/postgres';
import { createFakeShopify } from 'shopwright/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { npm, run } from '../../.ci/tools/programs.ts';
import { postgresOrSkip } from '../services.ts';
import { app, askToken, newCode, shop } from '../testing/oauth/oauth.ts';

const postgres = await postgresOrSkip();

/** The packages of Shopify's React Router template, from npm. */
const packages = [
  '@prisma/adapter-pg@6.19.0',
  '@prisma/client@6.19.0',
  '@shopify/shopify-api@15.0.0',
  '@shopify/shopify-app-react-router@3.0.0',
  '@shopify/shopify-app-session-storage-prisma@11.0.0',
  '@shopify/shopify-app-session-storage@7.0.0',
  'pg@8.23.1',
  'prisma@6.19.0',
  'react-dom@19.3.1',
  'react-router@7.18.7',
  'react@19.3.1',
];

/** The template's table: https://github.com/Shopify/shopify-app-template-react-router/blob/main/prisma/schema.prisma */
const prismaSchema = `
  generator client {
    provider   = "prisma-client-js"
    engineType = "client"
  }
  datasource db {
    provider = "postgresql"
    url      = env("DATABASE_URL")
  }
  model Session {
    id                  String    @id
    shop                String
    state               String
    isOnline            Boolean   @default(false)
    scope               String?
    expires             DateTime?
    accessToken         String
    userId              BigInt?
    firstName           String?
    lastName            String?
    email               String?
    accountOwner        Boolean   @default(false)
    locale              String?
    collaborator        Boolean?  @default(false)
    emailVerified       Boolean?  @default(false)
    refreshToken        String?
    refreshTokenExpires DateTime?
  }`;

const createTable = `create table "Session" (
  id text primary key, shop text not null, state text not null, "isOnline" boolean not null default false, scope text,
  expires timestamp(3), "accessToken" text not null, "userId" bigint, "firstName" text, "lastName" text, email text,
  "accountOwner" boolean not null default false, locale text, collaborator boolean default false,
  "emailVerified" boolean default false, "refreshToken" text, "refreshTokenExpires" timestamp(3))`;

/** The parts of those packages used here. */
interface Template {
  readonly unauthenticated: {
    admin(shop: string): Promise<{ readonly admin: { graphql(query: string): Promise<Response> } }>;
  };
}

const query = 'query Shop { shop { myshopifyDomain } }';
const hour = 3_600_000;

const project = mkdtempSync(join(tmpdir(), 'shopwright-prisma-'));
const load = createRequire(join(project, 'package.json'));

beforeAll(() => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'template', private: true }));
  writeFileSync(join(project, 'schema.prisma'), prismaSchema);
  npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', ...packages], { cwd: project });
  // Only migrations need that engine, and it would be downloaded from outside the registry.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  const prisma = join(project, 'node_modules/prisma/build/index.js');
  run(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
    cwd: project,
    env: { ...env, DATABASE_URL: postgres.url },
  });
}, 600_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A row of the template's table with the tokens of an install, and both sides that use it. */
async function open() {
  const schema = `prisma_${randomUUID().slice(0, 8)}`;
  const pool = new pg.Pool({ connectionString: postgres.url, options: `-c search_path=${schema}` });
  await pool.query(`create schema ${schema}`);
  await pool.query(createTable);

  const fake = createFakeShopify({ apps: [app], shops: [{ domain: shop, tokens: {} }], latencyMs: 100 });
  const { json } = await askToken(fake, { code: await newCode(fake), expiring: '1' });
  await pool.query(
    `insert into "Session" (id, shop, state, email, scope, "accessToken", "refreshToken", "refreshTokenExpires")
     values ($1, $2, 'kept', 'owner@example.com', 'write_products', $3, $4, now() + interval '90 days')`,
    [`offline_${shop}`, shop, json.access_token, json.refresh_token],
  );

  const { PrismaClient } = load('@prisma/client');
  const { PrismaPg } = load('@prisma/adapter-pg');
  const { PrismaSessionStorage } = load('@shopify/shopify-app-session-storage-prisma');
  const clients: { $disconnect(): Promise<void> }[] = [];
  /** Each has separate connections, like another process. */
  const newStorage = (): ShopifySessionStorage<ShopifySession> => {
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }, { schema }) });
    clients.push(prisma);
    return new PrismaSessionStorage(prisma);
  };

  load('@shopify/shopify-app-react-router/adapters/node');
  const { shopifyApp } = load('@shopify/shopify-app-react-router/server');
  // After the code that sets it to the global one.
  load('@shopify/shopify-api/runtime').setAbstractFetchFunc(fake.fetch);
  const template: Template = shopifyApp({
    apiKey: app.clientId,
    apiSecretKey: app.clientSecret,
    appUrl: 'https://crm.example',
    apiVersion: '2026-07',
    distribution: 'app_store',
    sessionStorage: newStorage(),
    future: { expiringOfflineAccessTokens: true },
    logger: { level: 0 },
  });

  const stores = postgresStores({ pool, schema });
  const newJob = () => {
    const tokens = sessionTokens({ storage: newStorage(), locks: stores.keyValue });
    const auth = offlineToken({ clientId: app.clientId, clientSecret: app.clientSecret, tokens });
    const client = createShopifyApp({ auth, fetch: fake.fetch, isolated: true }).shop(shop);
    return async () => (await client.graphql(query)).data;
  };
  return {
    fake,
    newJob,
    askAsTemplate: async () => (await (await template.unauthenticated.admin(shop)).admin.graphql(query)).json(),
    row: async () => (await pool.query('select * from "Session"')).rows[0],
    /** Sets the row's expiry to that many milliseconds from now. */
    endIn: (ms: number) => pool.query('update "Session" set expires = $1', [new Date(Date.now() + ms)]),
    refreshes: () => fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length - 1,
    async close() {
      await stores.close();
      for (const client of clients) await client.$disconnect();
      await pool.query(`drop schema ${schema} cascade`);
      await pool.end();
      await fake.close();
    },
  };
}

postgres.describe('sessionTokens over the Prisma storage of Shopify’s template, on Postgres,', () => {
  it('uses the row of the template, renews it, and keeps its other columns', async () => {
    const { newJob, askAsTemplate, row, endIn, refreshes, close } = await open();
    try {
      await endIn(hour);
      const before = await row();
      const job = newJob();
      expect(await job()).toEqual({ shop: { myshopifyDomain: shop } });
      expect(refreshes()).toBe(0);

      await endIn(-1_000);
      await newJob()();
      expect(refreshes()).toBe(1);
      const after = await row();
      expect(after).toMatchObject({ id: `offline_${shop}`, state: 'kept', shop });
      expect(after.accessToken).not.toBe(before.accessToken);
      expect(after.refreshToken).not.toBe(before.refreshToken);
      expect(after.expires.getTime()).toBeGreaterThan(Date.now());

      expect(await askAsTemplate()).toMatchObject({ data: { shop: { myshopifyDomain: shop } } });
      expect(refreshes()).toBe(1);
    } finally {
      await close();
    }
  });

  it('works beside the template if both renew the row at once, and one pair survives', async () => {
    const { fake, newJob, askAsTemplate, row, endIn, refreshes, close } = await open();
    try {
      const sentInRounds: number[] = [];
      for (let round = 1; round <= 8; round += 1) {
        const sentBefore = refreshes();
        await endIn(-1_000);
        // Two jobs, as in two processes, share a lock; the template does not know it.
        const jobs = [newJob(), newJob()];
        const asked = round % 2 === 0 ? [...jobs, askAsTemplate] : [askAsTemplate, ...jobs];
        await Promise.all(asked.map((ask) => ask()));
        sentInRounds.push(refreshes() - sentBefore);

        const { accessToken, refreshToken } = await row();
        const answered = await fake.fetch(`https://${shop}/admin/api/2026-07/graphql.json`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken },
          body: JSON.stringify({ query }),
        });
        expect(answered.status).toBe(200);
        expect(refreshToken).toEqual(expect.any(String));
        // Each continues with the tokens in the row, without another refresh.
        const sentAfter = refreshes();
        expect(await askAsTemplate()).toMatchObject({ data: { shop: { myshopifyDomain: shop } } });
        await newJob()();
        expect(refreshes()).toBe(sentAfter);
      }
      // At most one refresh by the template and one by the jobs, and both have met.
      expect(Math.max(...sentInRounds)).toBe(2);
      const { json, status } = await askToken(fake, {
        grant_type: 'refresh_token',
        refresh_token: (await row()).refreshToken,
      });
      expect({ status, json }).toMatchObject({ status: 200, json: { access_token: expect.any(String) } });
    } finally {
      await close();
    }
  });

  it('uses tokens that the template has renewed meanwhile', async () => {
    const { newJob, askAsTemplate, endIn, refreshes, close } = await open();
    try {
      // The template renews in the last five minutes.
      await endIn(60_000);
      await askAsTemplate();
      expect(refreshes()).toBe(1);
      await newJob()();
      expect(refreshes()).toBe(1);
    } finally {
      await close();
    }
  });
});
