// @ts-nocheck
import { createHash } from 'node:crypto';
import { createTokenStore, type StoredTokens, type TokenStore } from 'shopwright/auth';
import type { JournalDraft, Stores, SyncRecord } from 'shopwright/storage/adapter';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { handQueue } from '../queue/hand-queue.ts';
import { deliveryOf } from '../webhooks/delivery-request.ts';
import { secret } from '../webhooks/signed-delivery.ts';

// What a release leaves behind: a record in each status, a journal, tokens, values, a delivery in the inbox and jobs.

export const shop = 'acme.myshopify.com';
export const webhookId = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';

/** Milliseconds since the epoch at which all of it was written: 2026-11-30. */
export const at = Date.UTC(2026, 10, 30);

const blank = {
  shop,
  version: 1,
  gid: null,
  hash: null,
  parts: null,
  lastError: null,
  attempts: 0,
  lastSyncData: null,
};
const times = { lastSyncedAt: null, lastAttemptAt: null, shopifyUpdatedAt: null };

export const records: readonly SyncRecord[] = [
  { ...blank, ...times, localId: 'new', status: 'pending' },
  {
    ...blank,
    ...times,
    localId: 'on its way',
    status: 'syncing',
    attempts: 1,
    lastAttemptAt: at,
    parts: { push: 'p1' },
  },
  {
    ...{ shop, localId: 'tee', version: 3, gid: 'gid://shopify/Product/42', status: 'synced', attempts: 0 },
    ...{ hash: 'f00d', parts: { push: 'p2', webhook: 'beef' }, lastError: null },
    lastSyncData: {
      title: 'Thé vert 緑茶 \u{1F375}',
      price: '12.50',
      tags: ['a', 'b'],
      empty: null,
      deep: { number: 1.5 },
    },
    ...{ lastSyncedAt: at, lastAttemptAt: at, shopifyUpdatedAt: '2026-11-30T00:00:00Z' },
  },
  {
    ...{ ...blank, ...times, localId: 'too long', status: 'failed', attempts: 3, lastAttemptAt: at },
    lastError: { code: 'USER_ERROR', message: 'Title is too long' },
  },
  {
    ...blank,
    ...times,
    localId: 'gone',
    status: 'deleted-in-shopify',
    gid: 'gid://shopify/Product/7',
    lastSyncedAt: at,
  },
];

export const journal: readonly JournalDraft[] = [
  { shop, localId: 'tee', gid: null, runId: 'monday', action: 'create', at, sent: { title: 'Tee' }, before: null },
  {
    ...{ shop, localId: 'tee', gid: 'gid://shopify/Product/42', runId: 'tuesday', action: 'update', at: at + 1 },
    ...{ sent: { title: 'Thé vert 緑茶' }, before: { title: 'Tee', tags: [] } },
  },
];

export const tokens: StoredTokens = {
  ...{ accessToken: 'shpat_golden', accessTokenExpiresAt: at + 3_600_000 },
  ...{ refreshToken: 'shprt_golden', refreshTokenExpiresAt: at + 7_776_000_000 },
  scopes: ['read_products', 'write_products'],
};

export const values: Readonly<Record<string, string>> = {
  plain: 'value',
  'with:parts:of a key': '{"json":[1,"é"]}',
  empty: '',
};

export const jobs = [
  { type: 'push', payload: { localId: 'tee', run: 'tuesday' }, key: 'acme tee' },
  { type: 'push', payload: { localId: 'cap', run: null }, priority: 'interactive' as const },
];

/** The store of the tokens, with the key that they were sealed with. */
export function tokenStoreOf(stores: Stores): TokenStore {
  return createTokenStore({
    store: stores.keyValue,
    keys: [{ id: '2026', secret: createHash('sha256').update('golden').digest() }],
  });
}

/** Writes all but the jobs. */
export async function fill(stores: Stores): Promise<void> {
  for (const record of records) await stores.records.put(record);
  await stores.journal.append(journal);
  await tokenStoreOf(stores).replace({ shop }, undefined, tokens);
  for (const [key, value] of Object.entries(values)) await stores.keyValue.set(key, value);
  const body = { topic: 'orders/create', payload: { id: 820982911946154500, email: 'jon@example.com' }, webhookId };
  const clock = createManualClock({ now: at });
  // A queue whose jobs nobody does: what the handler accepts stays in the inbox.
  const handler = createWebhookHandler({
    secrets: secret,
    on: { 'orders/create': () => undefined },
    store: stores.keyValue,
    queue: handQueue(),
    clock,
  });
  const { status } = await handler(deliveryOf({ ...body, triggeredAt: '2026-11-30T00:00:00Z' }));
  if (status !== 200) throw new Error(`The delivery was answered by ${status}.`);
}
