// @ts-nocheck
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { shopifyWebhooks, verifyShopifyWebhook } from 'shopwright/next';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, test, vi } from 'vitest';
import { classicHeadersOf, oldSecret, productBody, secret, signedRequest } from './signed-delivery.ts';

const forged = (): Request => signedRequest(`${productBody} `, classicHeadersOf(productBody));

describe('shopifyWebhooks', () => {
  test('is a route handler that answers for the webhook handler', async () => {
    const onUpdate = vi.fn();
    const POST = shopifyWebhooks(
      createWebhookHandler({ secrets: [oldSecret, secret], on: { 'products/update': onUpdate } }),
    );
    expect((await POST(signedRequest())).status).toBe(200);
    expect(onUpdate).toHaveBeenCalledWith(
      expect.objectContaining({ secretIndex: 1, payload: JSON.parse(productBody) }),
      expect.anything(),
    );
    expect((await POST(forged())).status).toBe(401);
    expect(onUpdate).toHaveBeenCalledOnce();
  });
});

describe('verifyShopifyWebhook', () => {
  test('calls the route with the request, the event and the context of Next', async () => {
    const route = vi.fn(
      async (_request: Request, event: { readonly payload: unknown }, context: { readonly params: string }) =>
        Response.json({ payload: event.payload, context }),
    );
    const POST = verifyShopifyWebhook({ secrets: secret })(route);
    const request = signedRequest();
    const response = await POST(request, { params: 'p' });
    expect(await response.json()).toEqual({ payload: JSON.parse(productBody), context: { params: 'p' } });
    expect(route).toHaveBeenCalledWith(request, expect.objectContaining({ shop: 'acme.myshopify.com' }), {
      params: 'p',
    });
  });

  test('answers a forged delivery itself', async () => {
    const route = vi.fn(() => new Response());
    const response = await verifyShopifyWebhook({ secrets: secret })(route)(forged(), {});
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'hmac-mismatch' });
    expect(route).not.toHaveBeenCalled();
  });

  test('leaves an error of the route to Next', async () => {
    const POST = verifyShopifyWebhook({ secrets: secret })(() => Promise.reject(new Error('broken route')));
    await expect(POST(signedRequest(), {})).rejects.toThrow('broken route');
  });

  test('refuses a size limit that is none', () => {
    expect(() => verifyShopifyWebhook({ secrets: secret, maxBodyBytes: 0 })).toThrow('maxBodyBytes');
  });
});

/** Everything that a source file imports at run time, at once or later: file paths, and names of modules as they stand. */
function importedBy(file: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8');
  const imports = /^(?:import|export) (type )?[^;]*?from '([^']+)';|(?<!typeof )\bimport\('([^']+)'\)/gm;
  for (const [, isType, atOnce, later] of text.matchAll(imports)) {
    const target = atOnce ?? later ?? '';
    const path = target.startsWith('.') ? resolve(dirname(file), target) : target;
    if (isType || found.has(path)) continue;
    found.add(path);
    if (path !== target) importedBy(path, found);
  }
  return found;
}

test.each(['next', 'webhooks', 'express', 'fastify', 'hono'])(
  'the entry %s imports nothing but its own files, so that an edge runtime can load it',
  (entry) => {
    const imported = [...importedBy(resolve(import.meta.dirname, `../../src/entries/${entry}.ts`))];
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((path) => !path.includes('/src/'))).toEqual([]);
  },
);
