import { jsonAnswer } from './answers.ts';
import type { FakeRequest, FakeRoute, Opened } from './api.ts';

/** A request that a route answers, as a call that costs nothing. */
export function openRoute(route: FakeRoute, request: FakeRequest): Opened {
  const operation = route.name?.(request) ?? `${request.method} ${request.path}`;
  return {
    ok: true,
    task: {
      call: { operation },
      pay: () => true,
      refund: () => undefined,
      throttled: () => jsonAnswer(429, { errors: 'Too Many Requests' }, { 'retry-after': '2.0' }),
      async execute() {
        const answer = await route.answer(request);
        const isRefused = 'status' in answer && answer.status >= 400;
        return { answer, call: isRefused ? { outcome: 'refused', executed: false } : {} };
      },
    },
  };
}
