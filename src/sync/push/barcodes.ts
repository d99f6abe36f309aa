import { VariantBarcodeDocument, VariantBarcodesDocument } from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import type { ProductChange } from '../plan/change.ts';
import type { Facts } from '../plan/product-facts.ts';
import { type CallOptions, callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';

/** Fields of a variant that plans do not read, because barcodes make a page of variants expensive. */
const fields = ['barcode', 'barcodes'] as const;

/**
 * The first API version with several barcodes:
 * https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes
 */
const firstWithSeveral = '2026-10';

/** The most variants of one page. */
const maxPage = 250;

/** Whether values of a variant include its barcodes. */
export const saysBarcodes = (values: object): boolean => fields.some((field) => field in values);

/** The barcodes of a product's variants, in order, by the variant's gid. One call per page of variants. */
async function readBarcodes(
  client: SyncClient,
  { id, variants }: { readonly id: string; readonly variants: readonly unknown[] },
  options: CallOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const page = { id, first: Math.min(maxPage, Math.max(1, variants.length)) };
  const empty = { nodes: [], pageInfo: { hasNextPage: false } };
  if ((client.apiVersion ?? firstWithSeveral) >= firstWithSeveral) {
    const read = await allPages('product.variants', async (after) => {
      const { data } = await client.graphql(VariantBarcodesDocument, { ...page, after }, callOptions(options));
      return data.product?.variants ?? empty;
    });
    return new Map(read.map((variant) => [variant.id, variant.barcodes.nodes.map(({ value }) => value)]));
  }
  const read = await allPages('product.variants', async (after) => {
    const { data } = await client.graphql(VariantBarcodeDocument, { ...page, after }, callOptions(options));
    return data.product?.variants ?? empty;
  });
  return new Map(read.map(({ id: gid, barcode }) => [gid, barcode ? [barcode] : []]));
}

/** The barcodes of some variants as facts, under both names, by the variant's gid. Reads nothing for an empty list. */
export async function barcodeFacts(
  client: SyncClient,
  remote: { readonly id: string; readonly variants: readonly unknown[] },
  gids: readonly string[],
  options: CallOptions,
): Promise<ReadonlyMap<string, Facts>> {
  if (gids.length === 0) return new Map();
  const read = await readBarcodes(client, remote, options);
  return new Map(
    gids.flatMap((gid) => {
      const list = read.get(gid);
      return list ? [[gid, { barcode: list[0] ?? null, barcodes: JSON.stringify(list) }] as const] : [];
    }),
  );
}

/**
 * Adds the current barcodes to changes that replace or remove them, so that they can be undone. Sends no call if there
 * are no such changes.
 */
export async function withBarcodes(
  client: SyncClient,
  remote: { readonly id: string; readonly variants: readonly unknown[] },
  changes: readonly ProductChange[],
  options: CallOptions,
): Promise<readonly ProductChange[]> {
  const isOf = ({ kind, list, fields: values }: ProductChange): boolean =>
    list === 'variants' && (kind === 'remove' || (kind === 'update' && saysBarcodes(values)));
  const gids = changes.filter(isOf).flatMap(({ gid }) => gid ?? []);
  const found = await barcodeFacts(client, remote, gids, options);
  return changes.map((change) => {
    const there = found.get(change.gid ?? '');
    if (!there || !isOf(change)) return change;
    const { barcode, barcodes, ...rest } = change.fields;
    if (change.kind === 'remove')
      return there['barcode'] === null
        ? { ...change, fields: rest }
        : { ...change, fields: { ...rest, barcodes: { from: there['barcodes'] ?? null, to: null } } };
    // If one barcode replaces several, it must be sent as a list.
    const isSeveral = JSON.parse(String(there['barcodes'])).length > 1;
    const to = barcodes?.to ?? (isSeveral && barcode ? JSON.stringify(barcode.to ? [barcode.to] : []) : undefined);
    const now: ProductChange['fields'] =
      to === undefined
        ? { barcode: { from: there['barcode'] ?? null, to: barcode?.to ?? null } }
        : { barcodes: { from: there['barcodes'] ?? null, to } };
    return { ...change, fields: { ...rest, ...now } };
  });
}
