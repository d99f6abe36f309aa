import { isRecord } from '../../../internal/json.ts';
import { parseGid } from '../graphql/gid.ts';
import type { StoredMetafield } from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { MetafieldName } from '../store/webhook-entities.ts';
import { idOf } from './product-payload.ts';

/** What a subscription wants of a payload. */
export interface PayloadWishes {
  /** Paths such as `variants.price`; empty for everything. Unknown ones are no error: there is just nothing there. */
  readonly includeFields: readonly string[];
  readonly metafieldNamespaces: readonly string[];
  readonly metafields: readonly MetafieldName[];
}

/**
 * The payload as a subscription gets it. Metafields come first, so that one with `includeFields` must list them.
 * https://shopify.dev/docs/apps/build/webhooks/delivery-structure
 */
export function shapePayload(payload: object, wishes: PayloadWishes, store: EntityStore, shop: string): object {
  const whole = withMetafields(payload, wishes, store, shop);
  if (wishes.includeFields.length === 0) return whole;
  return pick(
    whole,
    wishes.includeFields.map((field) => field.split('.')),
  ) as object;
}

function pick(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((entry) => pick(entry, paths));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const below = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
    return below.length > 0 ? [[name, pick(inner, below)] as const] : [];
  });
  return Object.fromEntries(entries);
}

function withMetafields(payload: object, wishes: PayloadWishes, store: EntityStore, shop: string): object {
  const { metafieldNamespaces, metafields } = wishes;
  if (metafieldNamespaces.length === 0 && metafields.length === 0) return payload;
  const gid: unknown = 'admin_graphql_api_id' in payload ? payload.admin_graphql_api_id : undefined;
  const kind = typeof gid === 'string' ? parseGid(gid)?.kind : undefined;
  if (typeof gid !== 'string' || kind === undefined) return payload;

  const owned = store.get(shop, kind, gid)?.['metafields'];
  const wanted = (Array.isArray(owned) ? (owned as readonly StoredMetafield[]) : []).filter(
    ({ namespace, key }) =>
      metafieldNamespaces.includes(namespace) ||
      metafields.some((name) => name.namespace === namespace && name.key === key),
  );
  return { ...payload, metafields: wanted.map((metafield) => metafieldPayload(metafield, gid, kind)) };
}

/** The REST shape of a metafield. */
function metafieldPayload(metafield: StoredMetafield, owner: string, kind: string): object {
  return {
    id: idOf(metafield.id),
    admin_graphql_api_id: metafield.id,
    namespace: metafield.namespace,
    key: metafield.key,
    value: metafield.value,
    type: metafield.type,
    description: null,
    owner_id: idOf(owner),
    owner_resource: kind.toLowerCase(),
    created_at: metafield.createdAt,
    updated_at: metafield.updatedAt,
  };
}
