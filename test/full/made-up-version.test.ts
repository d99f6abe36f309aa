import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root, run } from '../../.ci/tools/programs.ts';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { schemaText } from '../../src/graphql/schema-file.ts';

// Rehearses a quarterly release on a copy of the project: two commands, and no change of code.

const next = '2099-01';
const copy = mkdtempSync(join(tmpdir(), 'shopwright-version-'));
const options = { cwd: copy, timeoutMs: 280_000 };

/** Two fields fewer, one value more, and a mutation that now needs a key. */
function madeUp(): string {
  const text = schemaText(generatedApiVersion);
  return [
    [`# Shopify Admin API ${generatedApiVersion}`, `# Shopify Admin API ${next}`],
    ['# Keys required: ', '# Keys required: tagsAdd '],
    ['\n  unitSystem: UnitSystem!', ''],
    ['\n  setupRequired: Boolean!', ''],
    ['\nenum ProductStatus {', '\nenum ProductStatus {\n  ABANDONED'],
  ].reduce((so, [from = '', to = '']) => {
    expect(so).toContain(from);
    return so.replace(from, to);
  }, text);
}

/** A program of the copy, which prints one JSON value. */
function inCopy(program: string): unknown {
  writeFileSync(join(copy, 'program.ts'), program);
  return JSON.parse(run(process.execPath, ['program.ts'], options));
}

beforeAll(() => {
  const wanted = ['.ci', 'schema', 'src', 'test', 'codegen.ts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const name of [...wanted, 'vitest.config.ts', 'vitest.full.config.ts', 'tsup.config.ts'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  writeFileSync(join(copy, 'next.graphql'), madeUp());
  npm(['run', '--silent', 'schema', '--', next, '--from', 'next.graphql'], options);
  npm(['run', '--silent', 'codegen'], options);
}, 300_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe(`a made-up version ${next}, after two commands`, () => {
  it('compiles', () => {
    run(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json', '--noEmit'], options);
  }, 300_000);

  it('is the version of the client, its types and the fake, which serves the earlier ones too', () => {
    const types = readFileSync(join(copy, 'src/graphql/operations/generated/graphql.ts'), 'utf8');
    expect(types).toContain("'ABANDONED'");
    const told = inCopy(`
      import { createShopifyClient } from './src/index.ts';
      import { createFakeShopify } from './src/entries/testing.ts';
      const fake = createFakeShopify();
      const of = (apiVersion) => createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true, ...(apiVersion && { apiVersion }) });
      const code = async (shop, document) => shop.graphql(document).then(() => 'ok', (error) => error.code);
      const values = await of().graphql('{ __type(name: "ProductStatus") { enumValues { name } } }');
      console.log(JSON.stringify({
        own: of().apiVersion,
        values: values.data.__type.enumValues.map(({ name }) => name),
        removed: [await code(of(), '{ shop { unitSystem } }'), await code(of(), '{ shop { setupRequired } }')],
        former: await code(of('${generatedApiVersion}'), '{ shop { unitSystem setupRequired } }'),
      }));
    `);
    expect(told).toEqual({
      own: next,
      values: expect.arrayContaining(['ABANDONED', 'ACTIVE']),
      removed: ['GRAPHQL_ERROR', 'GRAPHQL_ERROR'],
      former: 'ok',
    });
  });

  it('adds a key to the mutation, and knows the first version with it', () => {
    const keyed = readFileSync(join(copy, 'src/graphql/keyed-mutations.ts'), 'utf8');
    expect(keyed).toContain(`['tagsAdd', '${next}']`);
    expect(keyed).toContain("['refundCreate', '20");
  });

  it('reports what it means for the operations of a project', () => {
    writeFileSync(
      join(copy, 'operations.graphql'),
      `query Units { shop { unitSystem setupRequired } }
mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["a"]) { userErrors { field message } } }`,
    );
    const told = inCopy(`
      import { runShopwright } from './src/cli/run-shopwright.ts';
      const lines = [];
      const note = (line) => void lines.push(line);
      const terminal = { out: note, error: note, stop: new AbortController().signal, hasColours: false };
      const code = await runShopwright(['upgrade', '${next}', '--from', '${generatedApiVersion}', '--documents', './operations.graphql', '--sources', './schema/extensions'], terminal);
      console.log(JSON.stringify({ code, lines }));
    `);
    expect(told).toEqual({
      code: 2,
      lines: [
        'Units: Shop.unitSystem is gone',
        'Units: Shop.setupRequired is gone',
        'Tag: Mutation.tagsAdd needs an idempotency key',
        expect.stringContaining(`${generatedApiVersion} → ${next}: 3 to look at.`),
      ],
    });
  });

  it('passes the suites that run on all versions', () => {
    const suites = ['sync/versions', 'client/create-client', 'client/rest', 'testing/webhooks/webhooks'];
    const files = suites.map((suite) => `test/${suite}.test.ts`);
    run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...files], options);
  });
});
