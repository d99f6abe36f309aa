import { createServer, request as nodeRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import express from 'express';
import { ValidationError } from 'shopwright';
import { dashboardListener } from 'shopwright/dashboard';
import type { SyncRun } from 'shopwright/sync';
import { describe, expect, it, vi } from 'vitest';
import { act, address, ask, messagesOf, openDashboard } from './open-dashboard.ts';

const shop = 'demo.myshopify.com';
const call = { shop, operation: 'ProductPush', callId: '1', kind: 'mutation', durationMs: 1 } as const;

describe('the stream', () => {
  it('begins with what is quick to read, and then tells what an event changes, within two seconds', async () => {
    const { dashboard, clock } = openDashboard();
    const response = await ask(dashboard, '?data=live');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-transform');
    const { next } = messagesOf(response);
    const first = await clock.run(next());
    expect(Object.keys(first ?? {})).toEqual(
      expect.arrayContaining(['session', 'health', 'points', 'queues', 'runs', 'shops', 'versions', 'webhooks']),
    );
    expect(Object.keys((await clock.run(next())) ?? {}).sort()).toEqual(['patterns', 'tokens']);

    const before = clock.monotonic();
    dashboard.onEvent({ type: 'call', ...call, attempts: 1, waitedMs: 0, errorCode: 'NETWORK_ERROR' });
    const news = await clock.run(next());
    expect(clock.monotonic() - before).toBeLessThanOrEqual(2_000);
    expect(Object.keys(news ?? {}).sort()).toEqual(['notices', 'shops']);
    expect(news).toMatchObject({
      notices: [{ shop, kind: 'call failed', text: 'ProductPush failed with NETWORK_ERROR', count: 1 }],
      shops: { rows: [{ shop, calls: 1, failed: 1 }] },
    });
    dashboard.close();
  });

  it('tells what no event tells, such as the depth of a queue', async () => {
    const { dashboard, clock, queue } = openDashboard();
    const { next } = messagesOf(await ask(dashboard, '?data=live'));
    await clock.run(next());
    await clock.run(next());
    await queue.enqueue({ type: 'later', payload: {}, delayMs: 60_000 });
    const before = clock.monotonic();
    expect(await clock.run(next())).toMatchObject({ queues: [{ stats: { delayed: 1 } }] });
    expect(clock.monotonic() - before).toBeLessThanOrEqual(2_000);
    dashboard.close();
  });

  it('leaves no timer behind when its reader goes away', async () => {
    const { dashboard, clock } = openDashboard();
    const idle = clock.pending;
    const { next, cancel } = messagesOf(await ask(dashboard, '?data=live'));
    await clock.run(next());
    expect(clock.pending).toBeGreaterThan(idle);
    await cancel();
    expect(clock.pending).toBe(idle);
    dashboard.onEvent({ type: 'breaker', shop, state: 'open' });
    expect(clock.pending).toBe(idle);
  });

  it('ends with its request, with the dashboard, and after five minutes', async () => {
    const { dashboard, clock } = openDashboard();
    const gone = new AbortController();
    const byRequest = messagesOf(await ask(dashboard, '?data=live', { signal: gone.signal }));
    await clock.run(byRequest.next());
    gone.abort();
    while (await byRequest.next());

    const byTime = messagesOf(await ask(dashboard, '?data=live'));
    const opened = clock.monotonic();
    while (await clock.run(byTime.next()));
    expect(clock.monotonic() - opened).toBeGreaterThanOrEqual(300_000);
    expect(clock.monotonic() - opened).toBeLessThan(310_000);

    const byClose = messagesOf(await ask(dashboard, '?data=live'));
    await clock.run(byClose.next());
    dashboard.close();
    while (await byClose.next());
  });

  it('passes over a reader that does not read, and tells it the newest later', async () => {
    const { dashboard, clock } = openDashboard();
    const response = await ask(dashboard, '?data=live');
    for (let count = 0; count < 100; count += 1) {
      dashboard.onEvent({ type: 'call', ...call, attempts: 1, waitedMs: 0, errorCode: null });
      await clock.advance(2_100);
    }
    const { next } = messagesOf(response);
    let messages = 0;
    let calls = 0;
    while (calls < 100) {
      const message = (await clock.run(next())) as { shops?: { rows: { calls: number }[] } } | undefined;
      if (!message) break;
      messages += 1;
      calls = message.shops?.rows[0]?.calls ?? calls;
    }
    expect(calls).toBe(100);
    expect(messages).toBeLessThan(15);
    dashboard.close();
  });

  it('is refused beyond 100 pages at the same time', async () => {
    const { dashboard } = openDashboard();
    const responses = await Promise.all(Array.from({ length: 101 }, () => ask(dashboard, '?data=live')));
    expect(responses.map(({ status }) => status).filter((status) => status === 503)).toHaveLength(1);
    dashboard.close();
  });
});

describe('the page', () => {
  it('runs its own script and style only, and asks nobody else', async () => {
    const response = await ask(openDashboard().dashboard);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    for (const tag of ['script', 'style']) {
      const [, text = ''] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
      const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
      expect(policy).toContain(`${tag}-src 'sha256-${Buffer.from(hash).toString('base64')}'`);
    }
    expect(html.match(/https?:\/\/[^\s'"<]+/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(html).not.toMatch(/\son[a-z]+=|innerHTML|insertAdjacentHTML|document\.write|outerHTML/);
  });

  it('is compressed where the browser takes it, and says so', async () => {
    const { dashboard } = openDashboard();
    const response = await ask(dashboard, '', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBeLessThan(20_000);
    expect(gunzipSync(bytes).toString()).toBe(await (await ask(dashboard)).text());
    expect(await (await ask(dashboard, '', { method: 'HEAD' })).text()).toBe('');
  });

  it('gets a cookie that no script reads and no other site sends, once', async () => {
    const { dashboard } = openDashboard();
    const cookie = (await ask(dashboard)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^shopwright-dashboard=[\w-]{32}; HttpOnly; SameSite=Strict$/);
    const https = await dashboard(new Request(address.replace('http:', 'https:')));
    expect(https.headers.get('set-cookie')).toMatch(/; Secure$/);
    const again = await ask(dashboard, '', { headers: { cookie: `a=b; ${cookie.split(';')[0]}; c=d` } });
    expect(again.headers.get('set-cookie')).toBeNull();
  });
});

describe('on node:http and Express', () => {
  async function listening(
    mount: (listener: ReturnType<typeof dashboardListener>) => Parameters<typeof createServer>[1],
  ) {
    const made = openDashboard();
    const server = createServer(mount(dashboardListener(made.dashboard)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      ...made,
      origin,
      async [Symbol.asyncDispose]() {
        made.dashboard.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  it('ends the stream of a page that is closed', async () => {
    await using made = await listening((listener) => listener);
    const idle = made.clock.pending;
    const closing = new AbortController();
    const response = await fetch(`${made.origin}/ops?data=live`, { signal: closing.signal });
    const { next } = messagesOf(response);
    expect(await next()).toHaveProperty('session');
    await vi.waitFor(() => expect(made.clock.pending).toBeGreaterThan(idle));
    closing.abort();
    await vi.waitFor(() => expect(made.clock.pending).toBe(idle));
  });

  it('takes actions below a mount path, whether or not a parser was there first', async () => {
    for (const parser of [[], [express.json()]]) {
      await using made = await listening((listener) =>
        express().use(...([...parser] as []), (request, response, next) => {
          if (request.path.startsWith('/ops')) express().use('/ops', listener)(request, response, next);
          else next();
        }),
      );
      const page = await fetch(`${made.origin}/ops/shopify`);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
      const now = await fetch(`${made.origin}/ops/shopify?data=now`, { headers: { cookie } });
      const { session } = (await now.json()) as { session: { token: string } };
      const response = await fetch(`${made.origin}/ops/shopify`, {
        method: 'POST',
        headers: { cookie, origin: made.origin, 'content-type': 'application/json', 'x-csrf-token': session.token },
        body: JSON.stringify({ action: 'requeue', queue: made.queue.name, jobId: 'none' }),
      });
      expect([response.status, await response.text()]).toEqual([409, 'The job is not a dead letter.']);
    }
  });

  it('takes no host from a path that begins with two slashes', async () => {
    await using made = await listening((listener) => listener);
    const { port } = new URL(made.origin);
    const status = await new Promise((resolve) => {
      const headers = { origin: 'http://evil.example', 'content-type': 'application/json' };
      nodeRequest({ host: '127.0.0.1', port, method: 'POST', path: '//evil.example/ops', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end('{}');
    });
    expect(status).toBe(403);
  });
});

describe('actions that take long', () => {
  it('go on after their response, and show their progress', async () => {
    const drafts = new Map([['tee-1', { localId: 'tee-1', title: 'Tee', variants: [{ sku: 'TEE', price: '1.00' }] }]]);
    const { dashboard, clock, sync } = openDashboard({ source: (localId) => drafts.get(localId) });
    const { runId } = await clock.run(sync.pushMany([...drafts.values()]));
    const tasks = async () => {
      await clock.advance(60_000);
      return ((await (await ask(dashboard, '?data=now')).json()) as { tasks: object[] }).tasks;
    };

    expect((await act(dashboard, { action: 'rollback-run', shop, runId })).status).toBe(202);
    expect((await act(dashboard, { action: 'rollback-run', shop, runId })).status).toBe(409);
    expect(await tasks()).toMatchObject([
      { action: 'rollback-run', target: runId, state: 'done', finished: 1, counts: { removed: 1 } },
    ]);
    expect((await act(dashboard, { action: 'push', shop, localId: 'tee-1' })).status).toBe(202);
    expect(await tasks()).toMatchObject([{ action: 'push', state: 'done', counts: { created: 1 } }, {}]);
    await act(dashboard, { action: 'push', shop, localId: 'gone' });
    expect(await tasks()).toMatchObject([{ target: 'gone', state: 'done', counts: { 'no-draft': 1 } }, {}, {}]);
    await act(dashboard, { action: 'rollback-run', shop, runId: 'nobody' });
    expect(await tasks()).toMatchObject([{ state: 'failed', errorCode: 'VALIDATION_FAILED' }, {}, {}, {}]);
    await act(dashboard, { action: 'rollback-product', shop, localId: 'tee-1' });
    await act(dashboard, { action: 'retry-failed', shop });
    expect(await tasks()).toMatchObject([
      { action: 'retry-failed', target: null, state: 'done', counts: {} },
      { action: 'rollback-product', state: 'done', counts: { removed: 1 } },
      ...Array(4).fill({}),
    ]);
  });

  it('steer runs', async () => {
    const asked: string[] = [];
    const shown = { total: 10, done: 3, failed: 1, skipped: 0, phase: 'push', rate: 2, timeToGoMs: null } as const;
    const counts = {} as SyncRun['progress']['counts'];
    const common = { id: 'r1', kind: 'push', state: 'running', startedAt: 1, updatedAt: 2, bulk: 'none' } as const;
    const run: SyncRun = { ...common, progress: { ...shown, invalid: 0, points: 0, counts }, error: null, halt: null };
    const note = (what: string) => async (id: unknown) => {
      asked.push(`${what} ${typeof id === 'string' ? id : 'all'}`);
      if (id === 'ended') throw new ValidationError('Not done', { issues: [{ field: 'id', message: 'has ended.' }] });
      return run;
    };
    const { dashboard } = openDashboard({
      runs: {
        list: async ({ limit } = {}) => [run].slice(0, limit),
        pause: note('pause'),
        resume: note('resume'),
        cancel: note('cancel'),
        retryFailed: note('retry'),
      },
    });
    expect(await (await ask(dashboard, '?data=now')).json()).toMatchObject({
      runs: { canSteer: true, runs: [{ ...common, progress: shown, errorCode: null }] },
    });
    for (const action of ['pause', 'resume', 'cancel', 'retry-run'])
      expect((await act(dashboard, { action, shop, runId: 'r1' })).status).toBe(202);
    await act(dashboard, { action: 'retry-failed', shop });
    expect(asked).toEqual(['pause r1', 'resume r1', 'cancel r1', 'retry r1', 'retry all']);
    const ended = await act(dashboard, { action: 'resume', shop, runId: 'ended' });
    expect(ended.status).toBe(409);
    expect(await ended.text()).toContain('has ended');
  });
});
