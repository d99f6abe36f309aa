import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { isShopwrightError, kyTransport } from 'shopwright';
import { fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestTo, serve } from './loopback.ts';

const url = 'https://acme.myshopify.com/admin/api/2026-10/graphql.json';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const request = (more: object = {}) => ({
  method: 'POST' as const,
  url,
  headers: { 'x-a': 'b' },
  body: '{}',
  signal: new AbortController().signal,
  ...more,
});
const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the ky transport', () => {
  it('uses the global fetch of the moment, and reads the whole body', async () => {
    const transport = kyTransport();
    server.use(
      http.post(url, async ({ request: seen }) =>
        HttpResponse.json({ got: await seen.text(), header: seen.headers.get('x-a') }),
      ),
    );
    const { status, headers, body } = await transport.send(request());
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(body)).toEqual({ got: '{}', header: 'b' });
  });

  it.each([302, 404, 429, 500, 503])('returns status %i, sent once', async (status) => {
    let calls = 0;
    server.use(
      http.post(url, () => {
        calls += 1;
        return new HttpResponse('body', { status, headers: { location: 'https://elsewhere.example/' } });
      }),
    );
    expect(await kyTransport().send(request())).toMatchObject({ status, body: 'body' });
    expect(calls).toBe(1);
  });

  it('sends a request without a body', async () => {
    server.use(http.get(url, () => HttpResponse.text('ok')));
    const { body: _none, ...rest } = request({ method: 'GET' });
    expect((await kyTransport().send(rest)).body).toBe('ok');
  });

  it('throws a typed error for a broken connection, without the request', async () => {
    server.use(http.post(url, () => HttpResponse.error()));
    const error = await failure(kyTransport().send(request()));
    expect(isShopwrightError(error, 'NETWORK_ERROR') && error.mayHaveExecuted).toBe(true);
    expect((error as Error).cause).toBeUndefined();
  });

  it('accepts the fetch of the undici package, which supports only its own Request', async () => {
    const loopback = await serve(({ body, headers }, response) => response.end(`${body} ${headers['x-a']}`));
    // The package's types name its own classes, but the functions are the same.
    const transport = kyTransport({ fetch: undiciFetch as unknown as typeof fetch });
    expect((await transport.send(requestTo(loopback, { headers: { 'x-a': 'b' } }))).body).toBe('{} b');
  });

  it('reports that nothing was sent if the connection was refused', async () => {
    const refused = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    const transport = kyTransport({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause: refused })) });
    const error = await failure(transport.send(request()));
    expect(isShopwrightError(error, 'NETWORK_ERROR') && error.mayHaveExecuted).toBe(false);
  });

  it('does not know the outcome of a request that broke without a code', async () => {
    const error = await failure(kyTransport({ fetch: () => Promise.reject(new TypeError('odd')) }).send(request()));
    expect(isShopwrightError(error, 'NETWORK_ERROR') && error.mayHaveExecuted).toBe(true);
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    server.use(
      http.post(url, () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      }),
    );
    expect(await failure(kyTransport().send(request({ signal: controller.signal })))).toBe(reason);
  });
});

describe('an address that fetch refuses', () => {
  it('causes an error that nothing was sent, for a blocked port', async () => {
    const sending = kyTransport().send(request({ url: 'http://127.0.0.1:6000/' }));
    expect(await failure(sending)).toMatchObject({
      mayHaveExecuted: false,
      message: expect.stringContaining('blocked port'),
    });
  });
});
