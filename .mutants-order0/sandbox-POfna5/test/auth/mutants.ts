// @ts-nocheck
import {
  type VerifyAppProxyInput,
  type VerifyOAuthQueryInput,
  type VerifySessionTokenInput,
  verifyAppProxy,
  verifyOAuthQuery,
  verifySessionToken,
  verifyShop,
} from 'shopwright/auth';
import { claimsOf, clientId, clock, nowSeconds, secret, signOAuthQuery, signProxyQuery, signToken } from './signed.ts';

/** What came of it. `accepted` and `threw` hold the kinds of the mutants, and should hold none. */
export interface Mutated {
  readonly tried: number;
  readonly accepted: readonly string[];
  readonly threw: readonly string[];
  /** What the refusals say, each once: few, and nothing of a secret or of a mutant in them. */
  readonly messages: readonly string[];
}

type Dice = (below: number) => number;

/** Numbers from 0 to `below`, the same for the same seed. (mulberry32) */
function createDice(seed: number): Dice {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(dice: Dice, list: readonly [T, ...T[]]): T => list[dice(list.length)] ?? list[0];

/** One of the four verifiers, with inputs of its own. */
interface Subject {
  /** A valid input, another one at each call. */
  create(dice: Dice): string;
  /** What comes of a text, with the right secret or another input to go with it. */
  verify(text: unknown, options?: object): { readonly ok: boolean; readonly message?: string };
  /** What a text means: two texts of one meaning are no mutants of each other. */
  meaningOf(text: string): string;
  /** Mutants of its own kind. */
  readonly kinds: Readonly<Record<string, (text: string, dice: Dice) => unknown>>;
}

const shopName = (dice: Dice): string => `shop-${dice(1_000_000)}`;

const lookAlikes: readonly ((name: string) => string)[] = [
  (name) => `${name}.myshopify.com.evil.example`,
  (name) => `evil.example/${name}.myshopify.com`,
  (name) => `evil.example@${name}.myshopify.com`,
  (name) => `${name}.myshopify.com:443`,
  (name) => `https://${name}.myshopify.com`,
  (name) => `${name}.notmyshopify.com`,
  (name) => `${name}myshopify.com`,
  (name) => `${name}.myshopify.co`,
  (name) => `${name}.myshopify.com.`,
  (name) => `${name}.myshopify.com\n`,
  (name) => `${name}.myshop\u0456fy.com`,
  (name) => `.${name}.myshopify.com`,
  (name) => `x.${name}.myshopify.com`,
  (name) => `${name}.myshopify.io`,
  (name) => `${name}.shop.dev`,
  (name) => `admin.shopify.com/store/${name}`,
];

const lookAlike = (dice: Dice): string => (lookAlikes[dice(lookAlikes.length)] ?? String)(shopName(dice));

/** Changes to a text of any kind. */
const textKinds: Readonly<Record<string, (text: string, dice: Dice) => unknown>> = {
  'a bit': (text, dice) => {
    const at = dice(text.length);
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << dice(8))) + text.slice(at + 1);
  },
  'a character left out': (text, dice) => {
    const at = dice(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  },
  'a character put in': (text, dice) => {
    const at = dice(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(dice(300)) + text.slice(at);
  },
  'two characters exchanged': (text, dice) => {
    const at = dice(text.length - 1);
    return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
  },
  'a cut text': (text, dice) => text.slice(0, dice(text.length)),
  'the text twice': (text) => text + text,
  'an oversized text': (text, dice) => text + 'A'.repeat(20_000 + dice(10)),
  'something around it': (text, dice) => pick(dice, [` ${text}`, `${text} `, `${text}\n`, `"${text}"`, `${text}\0`]),
  'no text': (text, dice) =>
    pick<unknown>(dice, [undefined, null, '', 5, {}, [], [text], Symbol('x'), new String(text)]),
};

const queryKinds: Readonly<Record<string, (text: string, dice: Dice) => unknown>> = {
  'an encoded character': (text, dice) => {
    const at = dice(text.length);
    const code = text.charCodeAt(at).toString(16).padStart(2, '0');
    return `${text.slice(0, at)}%${dice(2) === 0 ? code : code.toUpperCase()}${text.slice(at + 1)}`;
  },
  'a parameter left out': (text, dice) => {
    const pairs = text.split('&');
    return pairs.toSpliced(dice(pairs.length), 1).join('&');
  },
  'a parameter twice': (text, dice) => {
    const pairs = text.split('&');
    return pairs.toSpliced(dice(pairs.length), 0, pairs[dice(pairs.length)] ?? '').join('&');
  },
  'a parameter of another request': (text, dice) => {
    const pairs = text.split('&');
    const at = dice(pairs.length);
    return pairs.toSpliced(at, 1, `${pairs[at]?.split('=')[0]}=${dice(10_000)}`).join('&');
  },
  'a parameter put in': (text, dice) => {
    const name = pick(dice, ['shop', 'timestamp', 'signature', 'hmac', 'code', 'state', 'x', 'path_prefix', 'shop%00']);
    return dice(2) === 0 ? `${text}&${name}=${dice(100)}` : `${name}=${dice(100)}&${text}`;
  },
  'a name in other letters': (text, dice) =>
    text.replace(pick(dice, ['shop=', 'timestamp=']), (name) => name.toUpperCase()),
  parsed: (text) => Object.fromEntries(new URLSearchParams(text)),
};

const signedOptions: readonly ((dice: Dice) => object)[] = [
  (dice) => ({ secrets: `${secret.slice(0, -1)}${dice(2) === 0 ? 'x' : ''}` }),
  (dice) => ({ secrets: pick<unknown>(dice, [undefined, null, '', ' ', [], [''], 5, {}, [[secret]], `${secret} `]) }),
  (dice) => ({
    clock: { now: () => (nowSeconds + pick(dice, [-1_000, 1_000, Number.NaN, Number.POSITIVE_INFINITY])) * 1_000 },
  }),
  () => ({
    get secrets(): string {
      throw new Error(secret);
    },
  }),
];

/** An input with options as they are: a getter stays one. */
function withOptions<T>(input: object, options: object = {}): T {
  return Object.defineProperties({ secrets: secret, clock, ...input }, Object.getOwnPropertyDescriptors(options)) as T;
}

const flat = (text: string): string => text.replace(/^\?/, '').split('&').sort().join('&');

/** The parameters of a query as they are signed for an app proxy, and whose word they are. */
function proxyMeaning(text: string): string {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    parameters.set(name, parameters.has(name) ? `${parameters.get(name)},${value}` : value);
  }
  const own = ['shop', 'timestamp', 'path_prefix', 'logged_in_customer_id', 'signature'].map((name) =>
    parameters.get(name),
  );
  return JSON.stringify([
    own,
    Array.from(parameters, ([name, value]) => `${name}=${value}`)
      .sort()
      .join(''),
  ]);
}

const subjects: Readonly<Record<string, Subject>> = {
  'session token': {
    create: (dice) => {
      const shop = `${shopName(dice)}.myshopify.com`;
      return signToken(claimsOf({ dest: `https://${shop}`, iss: `https://${shop}/admin`, sub: String(dice(1_000)) }));
    },
    verify: (token, options) => verifySessionToken(withOptions<VerifySessionTokenInput>({ token, clientId }, options)),
    meaningOf: (text) => text.replace(/^bearer /i, ''),
    kinds: {
      'another algorithm': (text, dice) => {
        const alg = pick<unknown>(dice, [
          'none',
          'None',
          'NONE',
          '',
          'HS384',
          'RS256',
          'ES256',
          'hs256',
          null,
          ['HS256'],
          256,
        ]);
        const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
        const [, payload, signature] = text.split('.');
        return dice(2) === 0
          ? signToken(claimsOf(), { alg })
          : `${header}.${payload}.${dice(2) === 0 ? '' : signature}`;
      },
      'claims that do not fit, signed': (_text, dice) =>
        signToken(
          claimsOf(
            pick<Record<string, unknown>>(dice, [
              { exp: nowSeconds - 10 - dice(1_000) },
              { nbf: nowSeconds + 11 + dice(1_000) },
              { aud: `${clientId}${dice(10)}` },
              { aud: [clientId] },
              { iss: `https://${shopName(dice)}.myshopify.com/admin` },
              { dest: `https://${lookAlike(dice)}` },
              { exp: undefined },
              { sub: undefined },
            ]),
          ),
        ),
      'another signature of ours': (text, dice) =>
        `${text.slice(0, text.lastIndexOf('.'))}.${signToken({ x: dice(1_000_000) }).split('.')[2]}`,
    },
  },
  'OAuth query': {
    create: (dice) => signOAuthQuery({ shop: `${shopName(dice)}.myshopify.com`, code: String(dice(2 ** 31)) }),
    verify: (query, options) => verifyOAuthQuery(withOptions<VerifyOAuthQueryInput>({ query }, options)),
    meaningOf: flat,
    kinds: {
      ...queryKinds,
      'a shop that only looks like one, signed': (_text, dice) =>
        signOAuthQuery({ shop: encodeURIComponent(lookAlike(dice)) }),
      'the signature of an app proxy': (text, dice) =>
        text.replace(/hmac=[^&]+/, `hmac=${signProxyQuery([['a', String(dice(1_000))]]).slice(-64)}`),
    },
  },
  'app proxy query': {
    create: (dice) =>
      signProxyQuery(
        [
          ['q', `${dice(1_000)} ü`],
          ['tag', 'a'],
          ['tag', String(dice(10))],
        ],
        {
          shop: `${shopName(dice)}.myshopify.com`,
          logged_in_customer_id: dice(2) === 0 ? '' : String(dice(1_000_000)),
        },
      ),
    verify: (query, options) => verifyAppProxy(withOptions<VerifyAppProxyInput>({ query }, options)),
    meaningOf: proxyMeaning,
    kinds: {
      ...queryKinds,
      'a shop that only looks like one, signed': (_text, dice) => signProxyQuery([], { shop: lookAlike(dice) }),
      'a second reading, signed': (_text, dice) =>
        signProxyQuery([
          ['a', pick(dice, ['logged_in_customer_id=1m=', 'path_prefix=/apps/x', 'shop=evil.myshopify.comtimestamp=1'])],
        ]),
    },
  },
  shop: {
    create: (dice) => `${shopName(dice)}.myshopify.com`,
    verify: (shop) => verifyShop(shop as string),
    meaningOf: (text) => text.toLowerCase(),
    kinds: { 'a look-alike': (_text, dice) => lookAlike(dice) },
  },
};

/** A shop is not signed: what is another shop's name is no mutant. */
const isShopName = (text: unknown): boolean =>
  typeof text === 'string' && /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/i.test(text);

/** Hands mutants of valid inputs to the verifiers in turn; the same ones for the same seed. */
export function tryMutants(seed: number, count: number): Mutated {
  const dice = createDice(seed);
  const accepted = new Set<string>();
  const threw = new Set<string>();
  const messages = new Set<string>();
  const pool = Object.entries(subjects).map(([name, subject]) => {
    const kinds = Object.entries({ ...textKinds, ...subject.kinds });
    const valid = Array.from({ length: 64 }, () => subject.create(dice));
    // Were one of these refused, the rest would show nothing.
    for (const text of valid) if (!subject.verify(text).ok) throw new Error(`${name}: a valid one is refused`);
    return { name, subject, kinds, valid };
  });
  let tried = 0;
  while (tried < count) {
    const one = pool[dice(pool.length)];
    if (!one) continue;
    const { name, subject, kinds, valid } = one;
    const text = valid[dice(valid.length)] ?? '';
    const isOfOptions = name !== 'shop' && dice(12) === 0;
    const [kind, mutate] = kinds[dice(kinds.length)] ?? ['', String];
    const mutant = isOfOptions ? text : mutate(text, dice);
    const isNone = typeof mutant === 'string' && subject.meaningOf(mutant) === subject.meaningOf(text);
    if (!isOfOptions && (isNone || (name === 'shop' && isShopName(mutant)))) continue;
    tried += 1;
    const options = isOfOptions ? signedOptions[dice(signedOptions.length)]?.(dice) : undefined;
    const label = `${name}: ${isOfOptions ? 'options' : kind}`;
    try {
      const { ok, message = '' } = subject.verify(mutant, options);
      if (ok) accepted.add(label);
      else messages.add(message);
    } catch (error) {
      threw.add(`${label}: ${error}`);
    }
  }
  return { tried, accepted: [...accepted], threw: [...threw], messages: [...messages] };
}

/** How many of so many different valid inputs are accepted. */
export function acceptValid(seed: number, count: number): number {
  const dice = createDice(seed);
  const all = Object.values(subjects);
  let accepted = 0;
  for (let index = 0; index < count; index += 1) {
    const subject = all[index % all.length];
    if (subject?.verify(subject.create(dice)).ok) accepted += 1;
  }
  return accepted;
}
