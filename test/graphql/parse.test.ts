import { parse } from 'graphql';
import { isShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { createDocumentParser } from '../../src/graphql/document.ts';
import { injectKeys, parseOperation, printDocument } from '../../src/graphql/parse.ts';
import { good, rejection, scriptedShop } from '../client/scripted-shop.ts';

const adjust = 'inventoryAdjustQuantities(input: $i) { userErrors { message } }';

/** Counts how often the selections of fragments are read. */
function countVisits(document: ReturnType<typeof parse>): () => number {
  let visits = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== 'FragmentDefinition') continue;
    const { selections } = definition.selectionSet;
    Object.defineProperty(definition.selectionSet, 'selections', {
      get() {
        visits += 1;
        return selections;
      },
    });
  }
  return () => visits;
}

/** Fragments that each use the next one twice: 2^levels paths through them. */
function doubled(levels: number, type: string, last: string): string {
  const fragments = Array.from(
    { length: levels },
    (_, level) => `fragment F${level} on ${type} { ...F${level + 1} ...F${level + 1} }`,
  );
  return `${fragments.join(' ')} fragment F${levels} on ${type} { ${last} }`;
}

describe('the time for reading a document is linear in its length', () => {
  const levels = 12;

  it('for keys of mutations in fragments that are spread twice', () => {
    const document = parse(`mutation M($i: X!) { ...F0 ...F0 } ${doubled(levels, 'Mutation', adjust)}`);
    const visits = countVisits(document);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('no operation');
    injectKeys(document, operation);
    expect(visits()).toBeLessThanOrEqual(5 * (levels + 1));
  });

  it('for a document that the host has parsed', () => {
    const document = parse(`query Q { ...F0 ...F0 } ${doubled(levels, 'QueryRoot', 'shop { id }')}`);
    const visits = countVisits(document);
    printDocument(document);
    expect(visits()).toBeLessThanOrEqual(5 * (levels + 1));
  });

  it('for the fields and the user errors of an operation, each of which is found once', () => {
    const payload = doubled(levels, 'InventoryAdjustQuantitiesPayload', 'userErrors { message }').replaceAll('F', 'P');
    const root = doubled(levels, 'Mutation', `a: inventoryAdjustQuantities(input: $i) { ...P0 ...P0 }`);
    const operation = parseOperation(`mutation M($i: X!) { ...F0 } ${root} ${payload}`, { keys: 'unstable' });
    expect(operation.rootFields).toMatchObject([{ responseKey: 'a', userErrorKeys: ['userErrors'] }]);
    expect(operation.keySlots).toEqual([{ variable: 'idempotencyKey', responseKeys: ['a'] }]);
  });
});

describe('a document that is nested too deep', () => {
  const nested = (depth: number): string => `{ ${'a { '.repeat(depth - 2)} a { b } ${'} '.repeat(depth - 2)} }`;
  const chained = (length: number): string =>
    `{ ...F0 } ${Array.from({ length }, (_, level) => `fragment F${level} on QueryRoot { a { ...F${level + 1} } }`).join(' ')}
     fragment F${length} on QueryRoot { b }`;

  it.each([
    ['text', nested(201), 201],
    ['a very deep document', nested(20_000), 20_000],
    ['nested lists', `{ a(b: ${'['.repeat(5_000)}${']'.repeat(5_000)}) }`, 5_002],
    ['fragments', chained(20_000), 40_002],
  ])('is refused with its depth: %s', async (_name, text, depth) => {
    const { shop, sent } = scriptedShop([good()]);
    const error = await rejection(shop.graphql(text));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues).toEqual([
      { field: 'document', message: expect.stringContaining(`nested ${depth} levels deep`) },
    ]);
    expect(sent).toHaveLength(0);
  });

  it('is refused if a host has parsed it', async () => {
    let selectionSet: object = { kind: 'SelectionSet', selections: [] };
    for (let level = 0; level < 20_000; level++) {
      const field = { kind: 'Field', name: { kind: 'Name', value: 'a' }, selectionSet };
      selectionSet = { kind: 'SelectionSet', selections: [field] };
    }
    const document = {
      kind: 'Document',
      definitions: [{ kind: 'OperationDefinition', operation: 'query', selectionSet }],
    };
    const { shop } = scriptedShop([good()]);
    expect(String(await rejection(shop.graphql(document as never)))).toContain('nested 20001 levels deep');
  });

  it.each([
    ['the maximum depth', nested(200)],
    [
      'brackets in strings',
      `{ a(b: "${'{'.repeat(300)}", c: "\\"${'['.repeat(300)}", d: """ \\""" ${'(('.repeat(300)} """) }`,
    ],
    ['brackets in comments', `# ${'{'.repeat(300)}\n{ a } # ${'{'.repeat(300)}`],
    ['a fragment within itself', '{ ...F } fragment F on QueryRoot { ...F shop { id } }'],
    ['missing fragments', '{ ...F }'],
  ])('but not %s', async (_name, text) => {
    const { shop, clock, sent } = scriptedShop([good()]);
    await clock.run(shop.graphql(text));
    expect(sent).toHaveLength(1);
  });
});

describe('keys of fields in any place', () => {
  const keyed = (text: string): string =>
    parseOperation(text, { keys: 'unstable' }).source.replaceAll(/\s+/g, ' ').trim();

  it.each([
    ['an inline fragment', `mutation M($i: X!) { ... { ${adjust} } }`],
    [
      'one with a condition',
      `mutation M($i: X!, $b: Boolean!) { ... @include(if: $b) { ... on Mutation { ${adjust} } } }`,
    ],
    ['a fragment', `mutation M($i: X!) { ...F } fragment F on Mutation { ${adjust} }`],
    [
      'a fragment of a fragment',
      `mutation M($i: X!) { ...F } fragment F on Mutation { ...G } fragment G on Mutation { ${adjust} }`,
    ],
  ])('%s', (_name, text) => {
    const source = keyed(text);
    expect(source).toMatch(/^mutation M\(\$i: X!.*, \$idempotencyKey: String!\)/);
    expect(source.match(/inventoryAdjustQuantities\(input: \$i\) @idempotent\(key: \$idempotencyKey\)/g)).toHaveLength(
      1,
    );
    expect(parseOperation(source, { keys: 'unstable' }).keySlots).toEqual([
      { variable: 'idempotencyKey', responseKeys: ['inventoryAdjustQuantities'] },
    ]);
  });

  it('and Shopify gets one with each send', async () => {
    const lost = () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    };
    const { shop, clock, sent } = scriptedShop([lost, good({ inventoryAdjustQuantities: { userErrors: [] } })]);
    await clock.run(
      shop.graphql(`mutation M($i: X!) { ... { ...F } } fragment F on Mutation { ${adjust} }`, { i: {} }),
    );
    const keys = sent.map(({ body }) => JSON.parse(body).variables.idempotencyKey);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
  });

  it('one for fields that are merged, and one for each alias', () => {
    expect(keyed(`mutation M($i: X!) { ${adjust} ... { ${adjust} } b: ${adjust} }`)).toMatch(
      /^mutation M\(\$i: X!, \$idempotencyKey: String!, \$idempotencyKey2: String!\) \{ inventory\w+\(input: \$i\) @idempotent\(key: \$idempotencyKey\) .* \.\.\. \{ inventory\w+\(input: \$i\) @idempotent\(key: \$idempotencyKey\) .* b: inventory\w+\(input: \$i\) @idempotent\(key: \$idempotencyKey2\)/,
    );
  });

  it('with a variable in each operation that spreads the fragment, and in no other', () => {
    const text = `mutation M($i: X!) { ...F } mutation N($i: X!, $idempotencyKey: String) { ...F x(y: $idempotencyKey) }
      mutation O { tagsAdd(id: 1, tags: []) { node { id } } } fragment F on Mutation { ${adjust} }`;
    const source = parseOperation(text, { keys: 'unstable', operationName: 'M' }).source.replaceAll(/\s+/g, ' ');
    expect(source).toContain('mutation M($i: X!, $idempotencyKey2: String!)');
    expect(source).toContain('mutation N($i: X!, $idempotencyKey: String, $idempotencyKey2: String!)');
    expect(source).toContain('mutation O { tagsAdd');
    expect(source).toContain('@idempotent(key: $idempotencyKey2)');
  });
});

describe('the cache of documents', () => {
  const hot = 'query Hot { shop { id } }';
  const large = (index: number): string => `query Q${index} { shop { ${`f${index} `.repeat(10_000)} } }`;

  it('keeps a document in use, however many documents are used once in between', async () => {
    const parser = createDocumentParser();
    const first = await parser.parse(hot);
    for (let index = 0; index < 30; index++) {
      await parser.parse(large(index));
      expect(parser.known(hot)).toBe(first);
    }
  });

  it('drops documents that do not fit, except for the newest', async () => {
    const parser = createDocumentParser();
    for (let index = 0; index < 12; index++) await parser.parse(large(index));
    expect(parser.known(large(0))).toBeUndefined();
    expect(parser.known(large(11))).toBeDefined();
  });

  it('is bounded even if each document is used again', async () => {
    const parser = createDocumentParser();
    for (let index = 0; index < 30; index++) {
      await parser.parse(large(index));
      parser.known(large(index));
    }
    const known = Array.from({ length: 30 }, (_, index) => parser.known(large(index))).filter(Boolean);
    expect(known.length).toBeLessThan(20);
  });

  it('counts each variant of a document', async () => {
    const parser = createDocumentParser();
    const first = large(0);
    for (let name = 0; name < 9; name++) {
      const text = `${first} ${Array.from({ length: 9 }, (_, other) => `query N${other} { a }`).join(' ')}`;
      await parser.parse(text, { operationName: `N${name}` });
    }
    await parser.parse(large(1));
    expect(parser.known(large(1))).toBeDefined();
  });

  it('uses short keys in the cost book', () => {
    const names = [large(1), large(2)].map((text) => parseOperation(text, {}).costKey);
    expect(names[0]).not.toBe(names[1]);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(40);
    expect(parseOperation(large(1), {}).costKey).toBe(names[0]);
  });
});

describe('a document that cannot be sent', () => {
  it.each<[string, string, string | undefined, RegExp]>([
    ['has no operation', 'fragment F on Shop { id }', undefined, /has no operation\.$/],
    ['has no operation with that name', 'query A { shop { id } }', 'B', /has no operation named B\. Did you mean A\?$/],
    ['has no operation with an empty name', 'query A { shop { id } }', '', /has no operation named ""\.$/],
    ['has several', 'query A { shop { id } } query B { shop { id } }', undefined, /several operations/],
    [
      'has two operations with that name',
      'query A { shop { id } } mutation A { x { id } }',
      'A',
      /has 2 operations named A/,
    ],
    ['is a subscription', 'subscription S { shop { id } }', undefined, /is a subscription/],
    ['ends too early', 'query A {\n shop { id }', undefined, /\(line 2, column 13\)$/],
    ['ends in a comment', '{ shop # {', undefined, /Expected Name, found <EOF>/],
    ['ends in a string', '{ shop(a: "{', undefined, /Unterminated string/],
  ])('is refused before anything is sent if it %s', async (_what, text, operationName, message) => {
    const { shop, sent } = scriptedShop([good()]);
    const error = await rejection(shop.graphql(text, {}, operationName === undefined ? {} : { operationName }));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues).toEqual([
      { field: 'document', message: expect.stringMatching(message) },
    ]);
    expect(sent).toHaveLength(0);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /is undefined\. Pass GraphQL text/],
    [null, /is null\. Pass/],
    [7, /is a number\. Pass/],
    [{ default: { kind: 'Document' } }, /is an object without `kind: 'Document'`\. Pass/],
    [['query A { shop { id } }'], /is a list\. Pass/],
    [Promise.resolve('query A { shop { id } }'), /is a promise\. Await it/],
    [() => 'query A { shop { id } }', /is a function\. Pass/],
  ])('is refused if it is not a document: %s', async (document, message) => {
    const { shop, sent } = scriptedShop([good()]);
    const error = await rejection(shop.graphql(document as string));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.issues).toEqual([
      { field: 'document', message: expect.stringMatching(message) },
    ]);
    expect(sent).toHaveLength(0);
  });

  it('may be a text wrapped by a code generator', async () => {
    class TypedDocumentString extends String {}
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql(new TypedDocumentString('query A { shop { id } }') as never);
    expect(sent).toHaveLength(1);
  });

  it('may contain types beside its operation, which the shop then refuses', () => {
    const text = `mutation M($i: X!) { ${adjust} } scalar Money`;
    expect(printDocument(parse(text))).toContain('scalar Money');
    expect(parseOperation(text, { keys: 'unstable' })).toMatchObject({
      name: 'M',
      source: expect.stringContaining('scalar Money'),
      keySlots: [{ variable: 'idempotencyKey' }],
    });
  });

  it('may lack a fragment of a payload, whose user errors are then unknown', () => {
    const operation = parseOperation('mutation M { shopUpdate { ...Gone userErrors { message } } }', {});
    expect(operation.rootFields).toMatchObject([{ userErrorKeys: ['userErrors'] }]);
  });
});

it('gets a variable for each operation that spreads a fragment with a key', () => {
  const text = `mutation A($i: X!) { ...F } mutation B($i: X!) { ...F ${adjust.replace('inv', 'own: inv')} } fragment F on Mutation { ${adjust} }`;
  const { source } = parseOperation(text, { operationName: 'A', keys: 'unstable' });
  expect(source).toMatch(/mutation A\(\$i: X!, \$idempotencyKey: String!\)/);
  expect(source).toMatch(/mutation B\(\$i: X!, \$idempotencyKey: String!\)/);
  expect(source.match(/@idempotent/g)).toHaveLength(1);
});
