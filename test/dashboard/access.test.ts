import type { DashboardAccess } from 'shopwright/dashboard';
import { describe, expect, it } from 'vitest';
import { act, ask, openDashboard, openSession, read } from './open-dashboard.ts';

const routes = ['', '?data=live', '?data=now', '?data=records', '?data=product&id=a', '?data=dead', '?data=nothing'];

/** Without its own default of the tests. */
const withoutAuthorize = () => openDashboard({ authorize: undefined } as object);

describe('who may see it', () => {
  it.each(routes)('is nobody without `authorize`: GET %s', async (route) => {
    const { dashboard } = withoutAuthorize();
    const response = await ask(dashboard, route);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('authorize');
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])(
    'is nobody without `authorize`: %s',
    async (method) => {
      expect((await ask(withoutAuthorize().dashboard, '', { method })).status).toBe(403);
    },
  );

  it.each([
    ['false', () => false],
    ['true, which is no level', () => true],
    ['nothing', () => undefined],
    ['another word', () => 'admin'],
    [
      'an error',
      () => {
        throw new Error('no session store');
      },
    ],
    ['a rejection', () => Promise.reject(new Error('no session store'))],
  ])('is refused where `authorize` gives %s', async (_name, authorize) => {
    const { dashboard } = openDashboard({ authorize: authorize as () => DashboardAccess });
    for (const route of routes) expect((await ask(dashboard, route)).status, route).toBe(403);
  });

  it('may see and not act where `authorize` says `view`', async () => {
    const { dashboard, queue } = openDashboard({ authorize: async () => 'view' as const });
    expect((await ask(dashboard)).status).toBe(200);
    const { session } = await read<{ session: object }>(dashboard, '?data=now');
    expect(session).toMatchObject({ token: null, can: [] });
    const response = await act(dashboard, { action: 'requeue', queue: queue.name, jobId: '1' });
    expect(response.status).toBe(403);
  });

  it('is asked for each request', async () => {
    const asked: string[] = [];
    const { dashboard } = openDashboard({
      authorize: ({ method, url }) => {
        asked.push(`${method} ${new URL(url).search}`);
        return 'act';
      },
    });
    await ask(dashboard, '?data=records');
    await ask(dashboard, '', { method: 'POST' });
    expect(asked).toEqual(['GET ?data=records', 'POST ']);
  });
});

describe('an action', () => {
  const forged: readonly (readonly [name: string, change: Record<string, string>, status: number])[] = [
    ['without a token', { 'x-csrf-token': '' }, 403],
    ['with another token', { 'x-csrf-token': 'A'.repeat(43) }, 403],
    ['with a token of another length', { 'x-csrf-token': 'A' }, 403],
    ['without the cookie', { cookie: '' }, 403],
    ['with the cookie of another page', { cookie: `shopwright-dashboard=${'b'.repeat(32)}` }, 403],
    ['from another origin', { origin: 'https://evil.example' }, 403],
    ['from another port', { origin: 'http://ops.example.com:8080' }, 403],
    ['from a page without an origin', { origin: 'null' }, 403],
    ['without an origin', { origin: '' }, 403],
    ['that the browser says comes from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['that the browser says comes from a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['as a form can send it', { 'content-type': 'text/plain' }, 415],
  ];

  async function withDeadJob() {
    const made = openDashboard();
    made.queue.process('fails', () => Promise.reject(new Error('no')));
    await made.queue.enqueue({ type: 'fails', payload: {} });
    await made.clock.run(made.queue.drain());
    const [dead] = await made.queue.deadJobs();
    return { ...made, action: { action: 'requeue', queue: made.queue.name, jobId: dead?.id ?? '' } };
  }

  it.each(forged)('is refused %s', async (_name, change, status) => {
    const { dashboard, queue, action } = await withDeadJob();
    expect((await act(dashboard, action, change)).status).toBe(status);
    expect((await queue.stats()).dead).toBe(1);
  });

  it('is done with token, cookie and origin', async () => {
    const { dashboard, queue, action, clock } = await withDeadJob();
    const response = await act(dashboard, action);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ message: 'The job was queued again.' });
    await clock.run(queue.drain());
    const again = await act(dashboard, { ...action, jobId: 'gone' });
    expect([again.status, await again.text()]).toEqual([409, 'The job is not a dead letter.']);
  });

  it('is taken from `origins` alone where they are given', async () => {
    const { dashboard, queue } = openDashboard({ origins: ['https://public.example.com'] });
    const action = { action: 'requeue', queue: queue.name, jobId: 'x' };
    expect((await act(dashboard, action)).status).toBe(403);
    expect((await act(dashboard, action, { origin: 'https://public.example.com' })).status).toBe(409);
  });

  it.each([
    ['no JSON', 'x', 400],
    ['no object', '[]', 400],
    ['no action', '{"action":"erase"}', 400],
    ['a name that every object has', '{"action":"constructor"}', 400],
    ['a field that lacks', '{"action":"requeue","queue":"shopify-sync"}', 400],
    ['a field that is no text', '{"action":"requeue","queue":1,"jobId":"a"}', 400],
    ['an unknown queue', '{"action":"requeue","queue":"x","jobId":"a"}', 404],
    ['no source', '{"action":"retry-failed","shop":"demo.myshopify.com"}', 404],
    ['an unknown shop', '{"action":"rollback-run","shop":"other.myshopify.com","runId":"a"}', 404],
    ['no runs', '{"action":"pause","shop":"demo.myshopify.com","runId":"a"}', 404],
    ['too long', JSON.stringify({ action: 'requeue', queue: 'a', jobId: 'x'.repeat(10_001) }), 400],
  ])('is refused with %s', async (_name, body, status) => {
    const { dashboard } = openDashboard();
    const { cookie, token } = await openSession(dashboard);
    const headers = {
      cookie,
      origin: 'http://ops.example.com',
      'content-type': 'application/json',
      'x-csrf-token': token,
    };
    expect((await ask(dashboard, '', { method: 'POST', headers, body })).status).toBe(status);
  });

  it('is told to `onAction` first, which can refuse it', async () => {
    const told: unknown[] = [];
    const { dashboard, queue } = openDashboard({
      onAction: (action, request) => {
        told.push([action, request.headers.get('origin')]);
        throw new Error('not on Sundays');
      },
    });
    const action = { action: 'requeue', queue: queue.name, jobId: 'x' };
    expect((await act(dashboard, action)).status).toBe(403);
    expect(told).toEqual([[action, 'http://ops.example.com']]);
  });
});

describe('a request for data', () => {
  it('is refused where another site makes the browser send it', async () => {
    const { dashboard } = openDashboard();
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await ask(dashboard, '?data=records', { headers })).status).toBe(403);
    // A link from elsewhere to the page is fine.
    expect((await ask(dashboard, '', { headers })).status).toBe(200);
  });

  it('gets 503 once the dashboard is closed', async () => {
    const { dashboard } = openDashboard();
    dashboard.close();
    expect((await ask(dashboard)).status).toBe(503);
  });
});

describe('the options', () => {
  it('are checked by name and kind, all at once', () => {
    const wrong = {
      authorise: () => 'act',
      queue: {},
      origins: ['https://ops.example.com/path'],
      source: 'x',
      runs: {},
    };
    expect(() => openDashboard(wrong as object)).toThrow(
      /authorise.*Did you mean authorize\?[\s\S]*queue\[0\][\s\S]*runs[\s\S]*source[\s\S]*origins\[0\]/,
    );
  });
});
