// @ts-nocheck
import type { FakeShopify } from 'shopwright/testing';
import { type Asked, ask } from '../ask.ts';

/** How a test asks the REST API: what differs from a plain call. */
export interface RestAsk {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly version?: string;
}

/** Asks the REST API of a fake, as a plain client would. */
export async function rest(fake: FakeShopify, call: string, asked: RestAsk = {}): Promise<Asked> {
  const [method = 'GET', resource = ''] = call.split(' ');
  const { body, headers, token = 'shpat_fake', version = '2026-10' } = asked;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fetch: typeof globalThis.fetch = (url, init) =>
    fake.fetch(url, { ...init, ...(body !== undefined && { body: text }), method });
  return ask(fetch, { method: 'GET', path: `/admin/api/${version}/${resource}`, token, ...(headers && { headers }) });
}

/** Makes products with these titles, and gives their numbers. */
export async function makeProducts(fake: FakeShopify, ...titles: readonly string[]): Promise<number[]> {
  const numbers: number[] = [];
  for (const title of titles) {
    const { json } = await rest(fake, 'POST products.json', { body: { product: { title } } });
    numbers.push(json.product.id);
  }
  return numbers;
}

/** The pages that a `Link` header leads to, as paths after the version. */
export function linksOf(headers: Headers): Readonly<Record<string, string>> {
  const links = (headers.get('link') ?? '').matchAll(/<[^>]*\/admin\/api\/[^/]+\/([^>]*)>; rel="(\w+)"/g);
  return Object.fromEntries([...links].map(([, resource, relation]) => [relation, resource]));
}
