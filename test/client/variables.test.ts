import { isShopwrightError } from 'shopwright';
import { afterEach, describe, expect, it } from 'vitest';
import { good, rejection, scriptedShop } from './scripted-shop.ts';

const set = 'mutation Set($input: JSON) { metafieldsSet(metafields: $input) { userErrors { message } } }';

class Draft {
  title = 'Cup';
  price = 5;
  get label(): string {
    return `${this.title} ${this.price}`;
  }
}

class Hidden {
  readonly #title = 'Cup';
  get title(): string {
    return this.#title;
  }
}

/** The result for a variable's value: the variables as sent, or the issues. */
async function send(input: unknown): Promise<unknown> {
  const { shop, sent } = scriptedShop([good({ metafieldsSet: { userErrors: [] } })]);
  try {
    await shop.graphql(set, { input });
  } catch (error) {
    expect(sent).toHaveLength(0);
    if (!isShopwrightError(error, 'VALIDATION_FAILED')) throw error;
    return error.issues.map(({ field, message }) => `${field} ${message}`);
  }
  return JSON.parse(sent[0]?.body ?? '').variables.input;
}

describe('a variable that JSON would drop or change', () => {
  it.each([
    ['NaN', { a: [1, Number.NaN] }, 'variables.input.a[1] is NaN, which JSON turns into null.'],
    ['Infinity', Number.NEGATIVE_INFINITY, 'variables.input is -Infinity, which JSON turns into null.'],
    ['a bigint', { id: 5n }, 'variables.input.id is a bigint. Pass it as text.'],
    ['a function', { a: () => 1 }, 'variables.input.a is a function, which JSON omits.'],
    ['a symbol', [Symbol('secret')], 'variables.input[0] is a symbol, which JSON omits.'],
    ['undefined in a list', ['a', undefined], 'variables.input has undefined at [1], which JSON turns into null.'],
    // biome-ignore lint/suspicious/noSparseArray: the test needs a hole
    ['a hole in a list', ['a', , 'b'], 'variables.input has undefined at [1], which JSON turns into null.'],
    ['an invalid date', { at: new Date(Number.NaN) }, /^variables\.input\.at has a toJSON that returns nothing/],
    ['a Map', { m: new Map([['a', 1]]) }, /^variables\.input\.m is of class Map, whose content JSON omits/],
    ['a Set', new Set([1]), /is of class Set/],
    ['URLSearchParams', new URLSearchParams('a=1'), /is of class URLSearchParams/],
    ['Headers', new Headers({ a: '1' }), /is of class Headers/],
    ['a promise', Promise.resolve(1), /is of class Promise/],
    ['bytes', new Uint8Array([1]), /is of class Uint8Array/],
    ['a Buffer', Buffer.from('a'), /is of class Buffer/],
    ['an ArrayBuffer', new ArrayBuffer(1), /is of class ArrayBuffer/],
    ['an Error', Object.assign(new Error('secret'), { code: 1 }), /is of class Error/],
    ['a RegExp', /a/, /is of class RegExp/],
    ['an object without fields of its own', new Hidden(), /is of class Hidden/],
    ['a number in an object', Object(5), /is of class Number/],
    ['a text in an object', Object('text'), /is of class String/],
    [
      'the result of toJSON',
      { toJSON: () => ({ price: Number.NaN }) },
      'variables.input.price is NaN, which JSON turns into null.',
    ],
    ['a circle', circle(), /^variables contains itself/],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('secret');
        },
      },
      /^variables contains itself, .* cannot be written/,
    ],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('secret');
        },
      },
      /^variables contains itself/,
    ],
    ['an arbitrary name', { 'jane@example.com': Number.NaN }, 'variables.input[…] is NaN, which JSON turns into null.'],
  ] as const)('is refused before anything is sent: %s', async (_name, input, issue) => {
    const issues = await send(input);
    expect(issues).toEqual([typeof issue === 'string' ? issue : expect.stringMatching(issue)]);
    expect(JSON.stringify(issues)).not.toMatch(/secret|jane/);
  });

  it('is reported together with others, up to a limit', async () => {
    expect(await send({ a: Number.NaN, b: [() => 1] })).toHaveLength(2);
    expect(await send(Array.from({ length: 1000 }, () => Number.NaN))).toHaveLength(10);
  });
});

describe('a variable that JSON can represent is sent unchanged', () => {
  const date = new Date('2026-11-30T09:00:00Z');
  it.each([
    [
      'texts, numbers, null',
      { a: 'x', b: -0.5, c: null, d: [true, [], {}] },
      { a: 'x', b: -0.5, c: null, d: [true, [], {}] },
    ],
    ['undefined in an object, which is omitted', { a: undefined, b: 1 }, { b: 1 }],
    ['a date', { at: date }, { at: date.toISOString() }],
    ['an address', new URL('https://a.example/x'), 'https://a.example/x'],
    ['the fields of a class instance', new Draft(), { title: 'Cup', price: 5 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a Set with its own toJSON', Object.assign(new Set([1]), { toJSON: () => [1] }), [1]],
  ])('%s', async (_name, input, sent) => {
    expect(await send(input)).toEqual(sent);
  });

  const { prototype } = BigInt as unknown as { prototype: { toJSON?: () => string } };
  afterEach(() => {
    delete prototype.toJSON;
  });

  it('a bigint, if the host has defined its text form', async () => {
    prototype.toJSON = function toJSON(this: bigint) {
      return String(this);
    };
    expect(await send({ id: 5n })).toEqual({ id: '5' });
  });
});

describe('the body of a REST call', () => {
  it('is refused for the same reasons, except for bigints', async () => {
    const { shop, sent } = scriptedShop([() => new Response('{}')]);
    const error = await rejection(
      shop.rest.post('products.json', { product: { tags: new Set(['a']), price: Number.NaN } }),
    );
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues.map(({ field }) => field)).toEqual([
      'body.product.tags',
      'body.product.price',
    ]);
    expect(sent).toHaveLength(0);
    await shop.rest.post('products.json', { id: 9007199254740993n });
    expect(sent[0]?.body).toBe('{"id":9007199254740993}');
  });

  it('is serialized at the time of the call', async () => {
    const { shop, sent } = scriptedShop([() => new Response('{}')]);
    const product = { title: 'Cup' };
    const call = shop.rest.post('products.json', { product });
    product.title = 'Mug';
    await call;
    expect(sent[0]?.body).toBe('{"product":{"title":"Cup"}}');
  });
});

function circle(): object {
  const self: Record<string, unknown> = {};
  self['self'] = { deeper: [self] };
  return self;
}
