// @ts-nocheck
import { createDashboardHandler, type Dashboard, type DashboardOptions } from 'shopwright/dashboard';
import { inProcessQueue } from 'shopwright/queue';
import { onTestFinished } from 'vitest';
import { fakeSync } from '../sync/fake-shop.ts';

/** Where the tests mount it. */
export const address = 'http://ops.example.com/shopify';

/** A dashboard of a fake shop, on a clock that a test drives. Who asks may act, unless a test says otherwise. */
export function openDashboard(options: Partial<DashboardOptions> = {}) {
  const made = fakeSync();
  const { clock, sync } = made;
  const queue = inProcessQueue({ clock, retryDelaysMs: [] });
  const dashboard: Dashboard = createDashboardHandler({ sync, queue, clock, authorize: () => 'act', ...options });
  // It listens to its whole process.
  onTestFinished(() => dashboard.close());
  return { ...made, queue, dashboard };
}

export const ask = (dashboard: Dashboard, query = '', init: RequestInit = {}): Promise<Response> =>
  dashboard(new Request(`${address}${query}`, init));

/** What a route that gives JSON gives. */
export const read = async <Shape>(dashboard: Dashboard, query: string): Promise<Shape> =>
  (await ask(dashboard, query)).json() as Promise<Shape>;

/** The cookie of a page that was opened, and the token that it got. */
export async function openSession(dashboard: Dashboard): Promise<{ readonly cookie: string; readonly token: string }> {
  const [cookie = ''] = ((await ask(dashboard)).headers.get('set-cookie') ?? '').split(';');
  const response = await ask(dashboard, '?data=now', { headers: { cookie } });
  const { session } = (await response.json()) as { session: { token: string } };
  return { cookie, token: session.token };
}

/** An action as the page sends it, but for what a test changes. */
export async function act(dashboard: Dashboard, action: object, change: HeadersInit = {}): Promise<Response> {
  const { cookie, token } = await openSession(dashboard);
  const headers = new Headers({
    cookie,
    origin: 'http://ops.example.com',
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
    'x-csrf-token': token,
  });
  for (const [name, value] of new Headers(change)) {
    if (value === '') headers.delete(name);
    else headers.set(name, value);
  }
  return ask(dashboard, '', { method: 'POST', headers, body: JSON.stringify(action) });
}

/** The messages of a stream, read one by one. */
export function messagesOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  return {
    /** The next message as JSON; `undefined` once the stream has ended. Lines that only keep it open are passed over. */
    async next(): Promise<Record<string, unknown> | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          if (message.startsWith('data: ')) return JSON.parse(message.slice(6)) as Record<string, unknown>;
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += new TextDecoder().decode(value);
      }
    },
    cancel: () => reader.cancel(),
  };
}
