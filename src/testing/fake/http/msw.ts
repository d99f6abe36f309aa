import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { RequestHandler } from 'msw';
import { ConfigError } from '../../../errors/errors.ts';
import { isRecord } from '../../../internal/json.ts';
import type { FakeCore } from './api.ts';
import { fakeFetch, isDroppedConnection } from './fetch.ts';
import { failureBody } from './responses.ts';

/**
 * Handlers for msw's `setupServer`, one for each shop: all that goes to its domain is theirs. msw is an optional peer
 * and is loaded here.
 *
 * @throws ConfigError when msw is not installed.
 */
export function mswHandlers(
  core: FakeCore,
  domains: readonly string[],
  load: (name: string) => unknown = createRequire(import.meta.url),
): RequestHandler[] {
  const { http, HttpResponse } = loadMsw(load);
  const fetch = fakeFetch(core);
  return domains.map((domain) =>
    http.all(`https://${domain}/*`, async ({ request }) => {
      handled.set(domain, (handled.get(domain) ?? 0) + 1);
      try {
        return await fetch(request);
      } catch (error) {
        if (isDroppedConnection(error) || request.signal.aborted) return HttpResponse.error();
        return HttpResponse.json(failureBody(error), { status: 500 });
      }
    }),
  );
}

/** Requests that handlers of any fake of this process have got, by domain. */
const handled = new Map<string, number>();

/** Domains that a warning has already named. */
const warned = new Set<string>();

/**
 * Warns once in a process of a request to a shop of the fake that msw does not see, as it does not see most of what the
 * package undici sends. Such a request leaves the machine. Every undici, also that of Node, tells of its requests on
 * channels.
 *
 * @returns Ends the watch.
 */
export function warnOfUndici(domains: readonly string[]): () => void {
  /** How many requests were handled when a request began. */
  const begun = new WeakMap<object, number>();
  const onCreate = (request: UndiciRequest): void => {
    const domain = domains.find((each) => request.origin === `https://${each}`);
    if (domain !== undefined) begun.set(request, handled.get(domain) ?? 0);
  };
  const onEnd = (request: UndiciRequest, error?: unknown): void => {
    const before = begun.get(request);
    const wasGivenUp = isRecord(error) && error.name === 'AbortError';
    if (before === undefined || wasGivenUp) return;
    const domain = new URL(request.origin).host;
    if (before !== (handled.get(domain) ?? 0) || warned.has(domain)) return;
    warned.add(domain);
    process.emitWarning(
      `A request to ${request.origin} bypassed the fake's handlers and went to the real Shopify. msw does not see requests ` +
        'of the package undici, such as those of undiciTransport. Pass fake.fetch or the origin of fake.listen() to that client.',
      { code: 'SHOPWRIGHT_FAKE_BYPASSED' },
    );
  };
  const listeners = [
    ['undici:request:create', (message: unknown) => onCreate((message as UndiciMessage).request)],
    ['undici:request:headers', (message: unknown) => onEnd((message as UndiciMessage).request)],
    [
      'undici:request:error',
      (message: unknown) => onEnd((message as UndiciMessage).request, (message as UndiciMessage).error),
    ],
  ] as const;
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of listeners) unsubscribe(channel, listener);
  };
}

/** https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md */
interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly error?: unknown;
}

interface UndiciRequest {
  /** Such as `https://demo.myshopify.com`. */
  readonly origin: string;
}

function loadMsw(load: (name: string) => unknown): Pick<typeof import('msw'), 'http' | 'HttpResponse'> {
  try {
    return load('msw') as typeof import('msw');
  } catch (cause) {
    const message = 'need the package "msw". Install it with: npm install --save-dev msw';
    throw new ConfigError('Invalid configuration', { issues: [{ field: 'handlers', message }], cause });
  }
}
