// @ts-nocheck
import { createHmac } from 'node:crypto';

/** What is handed to a verifier. Of any type, as JavaScript lets it be. */
export interface AlteredDelivery {
  readonly kind: string;
  readonly rawBody: unknown;
  readonly headers: unknown;
  readonly secrets: unknown;
}

/** Numbers from 0 to `below`, the same for the same seed. (mulberry32) */
function createDice(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Dice = (below: number) => number;

const secret = 'shpss_0123456789abcdef0123456789abcdef';
const hmacOf = (body: string | Uint8Array, key = secret): string =>
  createHmac('sha256', key).update(body).digest('base64');

/** True deliveries to alter; signed once, since a million signatures would take longer than what is tested. */
const bodies = Array.from({ length: 64 }, (_, index) =>
  Buffer.from(JSON.stringify({ id: index, title: 'Thé '.repeat(index), variants: [{ price: `${index}.00` }] })),
);
const hmacs = bodies.map((body) => hmacOf(body));

function withBitFlipped(bytes: Uint8Array, dice: Dice): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = dice(flipped.length);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << dice(8));
  return flipped;
}

function headersFor(hmac: unknown, dice: Dice): Record<string, unknown> {
  const prefix = dice(4) === 0 ? '' : dice(2) === 0 ? 'x-' : 'X-';
  return {
    'content-type': 'application/json',
    [`${prefix}shopify-topic`]: 'products/update',
    [`${prefix}shopify-shop-domain`]: 'demo.myshopify.com',
    [`${prefix}shopify-hmac-sha256`]: hmac,
  };
}

const bodyChanges: Record<string, (body: Uint8Array, dice: Dice) => unknown> = {
  'a bit of the body': withBitFlipped,
  'a cut body': (body, dice) => body.subarray(0, dice(body.length)),
  'a longer body': (body, dice) => Buffer.concat([body, Buffer.from([dice(256)])]),
  'a byte put in': (body, dice) => {
    const at = dice(body.length);
    // Another byte than the one that it comes before, so that the body is sure to be another.
    return Buffer.concat([body.subarray(0, at), Buffer.from([(body[at] ?? 0) ^ (1 + dice(255))]), body.subarray(at)]);
  },
  'a parsed body': (body) => JSON.parse(Buffer.from(body).toString()),
  'no body': (_body, dice) => [undefined, null, 0, true, Symbol('body')][dice(5)],
};

const hmacChanges: Record<string, (hmac: string, dice: Dice) => unknown> = {
  'a bit of the signature': (hmac, dice) => Buffer.from(withBitFlipped(Buffer.from(hmac), dice)).toString('latin1'),
  'a cut signature': (hmac, dice) => hmac.slice(0, dice(hmac.length)),
  'a signature with something around it': (hmac, dice) => [` ${hmac}`, `${hmac} `, `${hmac}=`, `"${hmac}"`][dice(4)],
  'the signature twice': (hmac) => [hmac, hmac],
  'a signature in hex': (hmac) => Buffer.from(hmac, 'base64').toString('hex'),
  'a signature by no secret': (_hmac, dice) => hmacOf('{}', String(dice(1000))),
  'another signature of ours': (_hmac, dice) => hmacOf(`${dice(1_000_000)}`),
  'no signature': (_hmac, dice) => [undefined, null, '', 5, {}, [], [null]][dice(7)],
};

const secretChanges: Record<string, (dice: Dice) => unknown> = {
  'a bit of the secret': (dice) => Buffer.from(withBitFlipped(Buffer.from(secret), dice)).toString('latin1'),
  'a cut secret': (dice) => secret.slice(0, dice(secret.length)),
  'a longer secret': (dice) => secret + String.fromCharCode(33 + dice(90)),
  'wrong secrets': (dice) => Array.from({ length: dice(4) }, () => `shpss_${dice(2 ** 31)}`),
  'no secret': (dice) => [undefined, null, '', ' ', [], [''], [undefined], 5, {}, [secret.split('')]][dice(10)],
  'a secret in white space': (dice) => [`${secret}\n`, ` ${secret}`, [`\t${secret}`]][dice(3)],
};

const oddHeaders: readonly ((hmac: string) => unknown)[] = [
  () => undefined,
  () => null,
  (hmac) => hmac,
  () => [],
  () => new Map(),
  () => ({
    get: () => {
      throw new Error('no');
    },
  }),
  (hmac) => ({ get: () => ({ toString: () => hmac }) }),
  () => new Headers(),
  () => Object.create(null),
  (hmac) =>
    Object.defineProperty({}, 'x-shopify-hmac-sha256', {
      enumerable: true,
      get: () => {
        throw new Error(hmac);
      },
    }),
  (hmac) => ({ 'x-shopify-hmac-sha256\0': hmac, 'x-shopify-hmac-sha25\u0456': hmac }),
  () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
];

/** An endless line of deliveries, each altered so that no verifier may accept it; the same for the same seed. */
export function* alteredDeliveries(seed: number): Generator<AlteredDelivery, never> {
  const dice = createDice(seed);
  const pick = <Entry>(entries: readonly Entry[]): Entry => entries[dice(entries.length)] as Entry;
  const [onBody, onHmac, onSecret] = [bodyChanges, hmacChanges, secretChanges].map((changes) =>
    Object.entries(changes),
  ) as [
    [string, (body: Uint8Array, dice: Dice) => unknown][],
    [string, (hmac: string, dice: Dice) => unknown][],
    [string, (dice: Dice) => unknown][],
  ];
  for (;;) {
    const index = dice(bodies.length);
    const [body, hmac] = [bodies[index] ?? Buffer.alloc(0), hmacs[index] ?? ''];
    switch (dice(8)) {
      case 0:
      case 1:
      case 2: {
        const [kind, change] = pick(onBody);
        yield { kind, rawBody: change(body, dice), headers: headersFor(hmac, dice), secrets: secret };
        break;
      }
      case 3:
      case 4: {
        const [kind, change] = pick(onHmac);
        yield { kind, rawBody: body, headers: headersFor(change(hmac, dice), dice), secrets: secret };
        break;
      }
      case 5:
      case 6: {
        const [kind, change] = pick(onSecret);
        yield { kind, rawBody: body, headers: headersFor(hmac, dice), secrets: change(dice) };
        break;
      }
      default:
        yield { kind: 'odd headers', rawBody: body, headers: pick(oddHeaders)(hmac), secrets: secret };
    }
  }
}

/** The delivery that all of them come from: it is to be accepted, or the test would show nothing. */
export const trueDelivery = {
  rawBody: bodies[1] ?? Buffer.alloc(0),
  headers: headersFor(hmacs[1], () => 1) as Record<string, string>,
  secrets: secret,
};
