// @ts-nocheck
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { ask } from '../ask.ts';

/** A fake on a clock that stands still, and a plain client of it. */
export interface FreshFake {
  readonly fake: FakeShopify;
  readonly clock: ManualClock;
  /** The body of the response. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read deep into responses, and a wrong path fails them.
  send(query: string, variables?: object): Promise<any>;
  /** The payload of the one mutation or field that a document has. Fails where the response has errors. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  payload(query: string, variables?: object): Promise<any>;
}

export function freshFake(options: Parameters<typeof createFakeShopify>[0] = {}): FreshFake {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, ...options });
  const send: FreshFake['send'] = async (query, variables) =>
    (await clock.run(ask(fake.fetch, { query, ...(variables && { variables }) }))).json;
  return {
    fake,
    clock,
    send,
    async payload(query, variables) {
      const { data, errors } = await send(query, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return Object.values(data)[0];
    },
  };
}

/** A gid of something that is not there. */
export const nowhere = (kind: string): string => `gid://shopify/${kind}/999999`;
