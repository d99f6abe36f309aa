import { createShopifyClient } from 'shopwright';
import { createProductSync } from 'shopwright/sync';
import type { Entity } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

const limits = { maxDeletes: { variants: 9 } };

/** A product in whose lists entries stay, change, are added and are removed from one version to the next. */
function version(number: 1 | 2 | 3): ProductDraftInput {
  const isSecond = number === 2;
  const image = (name: string, alt: string) => ({ url: `https://cdn.example.com/${name}.jpg`, alt });
  const text = (key: string, value: string) => ({ namespace: 'custom', key, type: 'single_line_text_field', value });
  return {
    ...{ localId: 'p', title: `Title ${number}`, vendor: 'Acme', status: isSecond ? 'DRAFT' : 'ACTIVE' },
    tags: ['always', ...(isSecond ? ['second'] : ['first and third'])],
    metafields: [text('changed', `${number}`), text(isSecond ? 'second' : 'others', `${number}`)],
    images: [image('kept', `Alt ${number}`), image(isSecond ? 'second' : 'others', 'x')],
    variants: [
      { sku: 'kept', price: `${number}.00`, options: { Size: 'S' } },
      { sku: isSecond ? 'second' : 'others', price: '5.00', options: { Size: isSecond ? 'M' : 'L' } },
    ],
  };
}

/** The parts of the shop's product in which the versions differ. */
function shown({ fake }: FakeSync): object {
  const { title, status, tags, media, metafields, variants } = fake.products()[0] as Entity & {
    readonly tags: readonly string[];
    readonly media: readonly { readonly alt: string; readonly image: { readonly url: string } }[];
    readonly metafields: readonly { readonly namespace: string; readonly key: string; readonly value: string }[];
    readonly variants: readonly { readonly sku: string; readonly price: string; readonly title: string }[];
  };
  return {
    ...{ title, status, tags: [...tags].sort() },
    images: media.map(({ alt, image }) => `${image.url.split('/').at(-1)} ${alt}`).sort(),
    metafields: metafields
      .flatMap(({ namespace, key, value }) => (namespace === 'custom' ? [`${key} ${value}`] : []))
      .sort(),
    variants: variants.map(({ sku, price, title: values }) => `${sku} ${price} ${values}`).sort(),
  };
}

async function push(made: FakeSync, draft: ProductDraftInput, more: object = {}) {
  const result = await made.clock.run(made.sync.push(draft, { ...limits, ...more }));
  await made.clock.advance(1_000);
  return result;
}

/**
 * Pushes in a process that is killed at a mutation, before or after Shopify executes it. Returns whether it was killed.
 */
async function dies(made: FakeSync, draft: ProductDraftInput, mutation: number, isMade: boolean): Promise<boolean> {
  const death = new AbortController();
  let sent = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    death.signal.throwIfAborted();
    const isLast = /mutation [A-Z]/.test(String(init?.body)) && sent++ === mutation;
    const response = isLast && !isMade ? undefined : await made.fake.fetch(input, init);
    if (isLast) death.abort(new Error('killed'));
    death.signal.throwIfAborted();
    return response as Response;
  };
  const { clock, stores } = made;
  const client = createShopifyClient({ shop: domain, accessToken: 'shpat_fake', fetch, clock, isolated: true });
  const records = Object.create(stores.records) as typeof stores.records;
  records.putIf = async (...args) => {
    death.signal.throwIfAborted();
    return stores.records.putIf(...args);
  };
  const sync = createProductSync({ client, stores: { ...stores, records }, clock });
  await clock.run(sync.push(draft, { ...limits, signal: death.signal }).catch(() => undefined));
  await clock.advance(1_000);
  return death.signal.aborted;
}

it.each([1, 3] as const)(
  'the next push does not report the changes of a killed push as drift (version %i)',
  async (next) => {
    const undisturbed = fakeSync();
    for (const number of [1, 2, next] as const) await push(undisturbed, version(number));
    let deaths = 0;
    for (let isDead = true; isDead; ) {
      const made = fakeSync();
      await push(made, version(1));
      // Before the first mutation, then after each one.
      isDead = await dies(made, version(2), Math.max(0, deaths - 1), deaths > 0);
      if (isDead) deaths += 1;
      const result = await push(made, version(next));
      expect(result).not.toHaveProperty('conflicts');
      expect(result).not.toHaveProperty('drifts');
      expect(shown(made)).toEqual(shown(undisturbed));
    }
    expect(deaths).toBeGreaterThan(7);
  },
);
