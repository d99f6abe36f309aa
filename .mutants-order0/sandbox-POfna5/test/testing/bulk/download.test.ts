// @ts-nocheck
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { byteRange } from '../../../src/testing/fake/bulk/file-storage.ts';
import { type BulkHarness, createBulkHarness, productsQuery, seedProducts } from './harness.ts';

/** A harness with a result of ten lines, and where it is. */
async function withResult(): Promise<{ readonly harness: BulkHarness; readonly url: string; readonly text: string }> {
  const harness = createBulkHarness();
  await seedProducts(harness, 10);
  const { url } = await harness.ended((await harness.started(productsQuery)).id);
  if (url === null) throw new Error('There is no result.');
  return { harness, url, text: await (await harness.get(url)).text() };
}

describe('the result of a bulk operation', () => {
  const closing: BulkHarness[] = [];
  afterEach(async () => {
    for (const harness of closing.splice(0)) await harness.fake.close();
  });

  it('is JSON lines behind a link that looks signed, and needs no token', async () => {
    const { harness, url, text } = await withResult();
    expect(url).toMatch(
      /^https:\/\/demo\.myshopify\.com\/fake-downloads\/demo\.myshopify\.com\/bulk-\d+\.jsonl\?X-Goog-/,
    );
    expect(text.split('\n')).toHaveLength(11);
    const { headers } = await harness.get(url);
    expect(headers.get('content-type')).toBe('application/jsonl');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="bulk-\d+\.jsonl"$/);
    const head = await harness.get(url, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('comes by ranges', async () => {
    const { harness, url, text } = await withResult();
    const part = async (range: string): Promise<[number, string, string | null]> => {
      const response = await harness.get(url, { headers: { range, 'accept-encoding': 'gzip' } });
      return [response.status, await response.text(), response.headers.get('content-range')];
    };
    const size = text.length;
    expect(await part('bytes=0-9')).toEqual([206, text.slice(0, 10), `bytes 0-9/${size}`]);
    expect(await part('bytes=100-')).toEqual([206, text.slice(100), `bytes 100-${size - 1}/${size}`]);
    expect(await part('bytes=-5')).toEqual([206, text.slice(-5), `bytes ${size - 5}-${size - 1}/${size}`]);
    expect(await part(`bytes=${size}-`)).toEqual([416, expect.stringContaining('InvalidRange'), `bytes */${size}`]);
    expect(await part('lines=1-2')).toEqual([200, text, null]);
  });

  it('comes packed over the wire where the caller takes gzip', async () => {
    const { harness, url, text } = await withResult();
    closing.push(harness);
    const { origin } = await harness.fake.listen();
    const received = await new Promise<IncomingMessage>((resolve) => {
      const { pathname, search } = new URL(url);
      get(`${origin}${pathname}${search}`, { headers: { 'accept-encoding': 'gzip' } }, resolve);
    });
    const bytes = await buffer(received);
    expect(received.headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(text.length);
    expect(gunzipSync(bytes).toString()).toBe(text);
  });

  it('is unpacked by fetch, as the platform does it', async () => {
    const { harness, url, text } = await withResult();
    const response = await harness.get(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(await response.text()).toBe(text);
  });

  it('meets faults as every call does', async () => {
    const { harness, url, text } = await withResult();
    harness.fake.faults.next('truncated', { operation: 'bulk download' });
    const half = await (await harness.get(url)).text();
    expect(text.startsWith(half)).toBe(true);
    expect(half.length).toBeLessThan(text.length);
    harness.fake.faults.next('truncated', { operation: 'bulk download' });
    const packed = await harness.get(url, { headers: { 'accept-encoding': 'gzip' } });
    await expect(packed.text()).rejects.toThrow(TypeError);
    harness.fake.faults.next('status-503', { operation: 'bulk download' });
    expect((await harness.get(url)).status).toBe(503);
  });

  it('can be had for seven days; then the operation has expired', async () => {
    const { harness, url } = await withResult();
    const id = `gid://shopify/BulkOperation/${/bulk-(\d+)/.exec(url)?.[1]}`;
    await harness.clock.advance(7 * 24 * 60 * 60 * 1_000 - 200);
    expect((await harness.get(url)).status).toBe(200);
    expect(await harness.operation(id)).toMatchObject({ status: 'COMPLETED', url });
    await harness.clock.advance(200);
    const late = await harness.get(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('ExpiredToken')]);
    expect(await harness.operation(id)).toMatchObject({ status: 'EXPIRED', url: null });
    expect((await harness.cancel(id)).userErrors).toEqual([
      { field: null, message: 'A bulk operation cannot be canceled when it is expired' },
    ]);
  });

  it('is refused with a changed link, by another method, and before it is there', async () => {
    const { harness, url } = await withResult();
    const statusOf = async (where: string, method = 'GET'): Promise<number> =>
      (await harness.get(where, { method })).status;
    expect(await statusOf(url.replace(/Signature=../, 'Signature=zz'))).toBe(403);
    expect(await statusOf(url.replace('Expires=604800', 'Expires=999999'))).toBe(403);
    expect(await statusOf(url, 'DELETE')).toBe(405);
    expect(await statusOf(url.replace(/bulk-\d+/, 'bulk-999999'))).toBe(404);
    expect(await statusOf(url.replace(/bulk-\d+/, 'other'))).toBe(404);
    const { id } = await harness.started(productsQuery);
    expect(await statusOf(url.replace(/bulk-\d+/, `bulk-${id.split('/').at(-1)}`))).toBe(404);
  });
});

describe('a byte range', () => {
  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=5-99', { first: 5, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
  ])('%s of ten bytes is read', (header, range) => {
    expect(byteRange(header, 10)).toEqual(range);
  });
});
