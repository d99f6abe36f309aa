import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { exchange } from '../../src/http/exchange.ts';

it('ends at once even if the client ignores the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const ending = exchange(controller.signal, () => new Promise(() => undefined));
  controller.abort(reason);
  await expect(ending).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('passes the abort on with its reason', async () => {
  const controller = new AbortController();
  let seen: AbortSignal | undefined;
  const ending = exchange(controller.signal, (stop) => {
    seen = stop;
    return new Promise(() => undefined);
  });
  controller.abort('enough');
  await expect(ending).rejects.toBe('enough');
  expect([seen?.aborted, seen?.reason]).toEqual([true, 'enough']);
});

it('reports that a request failed, even if its signal aborts a moment later', async () => {
  const controller = new AbortController();
  const ending = exchange(controller.signal, () => Promise.reject(new Error('reset')));
  await expect(ending).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  controller.abort('late');
});
