import { createRequire } from 'node:module';
import type { RequestHandler } from 'msw';
import { ConfigError } from '../../../errors/errors.ts';
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
      try {
        return await fetch(request);
      } catch (error) {
        if (isDroppedConnection(error) || request.signal.aborted) return HttpResponse.error();
        return HttpResponse.json(failureBody(error), { status: 500 });
      }
    }),
  );
}

function loadMsw(load: (name: string) => unknown): Pick<typeof import('msw'), 'http' | 'HttpResponse'> {
  try {
    return load('msw') as typeof import('msw');
  } catch (cause) {
    const message = 'need the package "msw". Install it: npm install --save-dev msw.';
    throw new ConfigError('Invalid configuration', { issues: [{ field: 'handlers', message }], cause });
  }
}
