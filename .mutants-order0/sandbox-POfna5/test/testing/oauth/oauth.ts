// @ts-nocheck
import type { FakeShopify } from 'shopwright/testing';
import { type Asked, ask } from '../ask.ts';

export const app = { clientId: 'crm', clientSecret: 'shpss_crm', id: 'default' };
export const shop = 'demo.myshopify.com';

/** Asks the token endpoint with a form, as the app `crm` where the parameters do not say otherwise. */
export function askToken(
  fake: FakeShopify,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  return ask(fake.fetch, {
    path: '/admin/oauth/access_token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
    body: String(new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, ...parameters })),
  });
}

/** Opens the address where an owner approves the app, and gives where they are sent back to. */
export async function authorize(
  fake: FakeShopify,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string; readonly callback: URLSearchParams }> {
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: 'https://crm.example/callback?tenant=7',
    state: 'n once',
    ...parameters,
  });
  const { status, headers, text } = await ask(fake.fetch, { method: 'GET', path: `/admin/oauth/authorize?${query}` });
  const location = headers.get('location');
  return { status, text, callback: new URL(location ?? 'https://none.example').searchParams };
}

/** A code of an owner who has approved the app. */
export async function newCode(fake: FakeShopify, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
  return (await authorize(fake, parameters)).callback.get('code') ?? '';
}

/** The status with which the API takes a token. */
export async function statusOf(fake: FakeShopify, token: string): Promise<number> {
  return (await ask(fake.fetch, { token })).status;
}

export const wrongRefresh = {
  error: 'invalid_request',
  error_description: 'This request requires an active refresh_token',
};
