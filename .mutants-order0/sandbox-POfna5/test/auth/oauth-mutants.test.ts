// @ts-nocheck
import { expect, it } from 'vitest';
import { approved, beginRequest, shop, startFlow } from './oauth-flow.ts';

const flip = (text: string, at: number, bit: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1);

it('no callback with one changed character, in its query or its cookie, is accepted or throws', async () => {
  const { fake, oauth, tokens } = startFlow();
  const begun = await oauth.beginAuth(beginRequest());
  const back = await approved(fake, begun.response);
  const cookie = back.headers.get('cookie') ?? '';
  const call = (url: string, given: string) =>
    oauth.handleCallback({ method: 'GET', url, headers: { get: (name) => (name === 'cookie' ? given : null) } });
  const accepted: string[] = [];
  const query = back.url.indexOf('?') + 1;
  for (const bit of [1, 2, 32, 128]) {
    for (let at = query; at < back.url.length; at += 1) {
      const url = flip(back.url, at, bit);
      if ((await call(url, cookie)).ok) accepted.push(url);
    }
    for (let at = 0; at < cookie.length; at += 1) {
      const changed = flip(cookie, at, bit);
      // White space around a cookie is none of its value.
      if (changed.trim() !== cookie && (await call(back.url, changed)).ok) accepted.push(changed);
    }
  }
  expect(accepted).toEqual([]);
  for (const text of ['', 'x', '?', `?shop=${shop}`, '%', 'a'.repeat(50_000), '\0', '?hmac=&hmac=']) {
    expect((await call(text, cookie)).ok).toBe(false);
    expect((await call(back.url, text)).ok).toBe(false);
  }
  expect(await tokens.get({ shop })).toBeUndefined();
  expect((await call(back.url, cookie)).ok).toBe(true);
});
