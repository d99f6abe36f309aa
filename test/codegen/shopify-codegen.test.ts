import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { createShopifyClient } from 'shopwright';
import { shopifyCodegen } from 'shopwright/codegen';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-codegen-'));
let code = '';

beforeAll(async () => {
  writeFileSync(
    join(folder, 'operations.graphql'),
    `mutation Refund($input: RefundInput!) { refundCreate(input: $input) { refund { id createdAt } userErrors { message } } }
     query Order($id: ID!) { order(id: $id) { id displayFinancialStatus totalPriceSet { shopMoney { amount } } } }`,
  );
  const options = { documents: join(folder, '*.graphql'), output: `${folder}/generated/` };
  const files = (await generate({ ...shopifyCodegen(options), silent: true }, false)) as {
    filename: string;
    content: string;
  }[];
  // The hook that opens the enums runs when files are written.
  const file = files.find(({ filename }) => filename.endsWith('graphql.ts'));
  const open = shopifyCodegen(options).hooks?.beforeOneFileWrite as (path: string, content: string) => string;
  code = open(file?.filename ?? '', file?.content ?? '');
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('code generated with shopifyCodegen', () => {
  it('has typed scalars from the package, and no any', () => {
    expect(code).toMatch(/import type \{[^}]*Gid[^}]*\} from 'shopwright'/);
    expect(code).toMatch(/refund: \{ id: Gid, createdAt: DateTime \| null \}/);
    expect(code).toMatch(/amount: Decimal/);
    expect(code).not.toMatch(/: any\b/);
  });

  it('leaves room in enums for later values', () => {
    expect(code).toMatch(/OrderDisplayFinancialStatus =[^;]*\| \(string & \{\}\);/);
  });

  it('adds the idempotency key to the document, as an optional variable', () => {
    expect(code).toContain('refundCreate(input: $input) @idempotent(key: $idempotencyKey)');
    expect(code).toContain('$idempotencyKey: String! = ""');
    expect(code).toMatch(/idempotencyKey\?: string/);
  });

  it('contains documents whose key the client fills in', async () => {
    const document = /new TypedDocumentString\(`\s*(mutation Refund[\s\S]*?)`, \{/.exec(code)?.[1] ?? '';
    const sent: { variables: { idempotencyKey: string } }[] = [];
    const shop = createShopifyClient({
      shop: 'acme',
      accessToken: 'shpat_x',
      isolated: true,
      fetch: async (input, init) => {
        sent.push(await new Request(input, init).json());
        return Response.json({ data: { refundCreate: { userErrors: [] } } });
      },
    });
    await shop.graphql(document, { input: {} });
    expect(sent[0]?.variables.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
  });
});
