/** When everything in the made-up payloads has happened. */
export const happenedAt = '2026-11-02T12:00:00-05:00';

/** The gid of a thing in the made-up payloads; none where the number was left out on purpose. */
export function gidOf(kind: string, id: number | undefined): { admin_graphql_api_id?: string } {
  return id === undefined ? {} : { admin_graphql_api_id: `gid://shopify/${kind}/${id}` };
}

/** The whole without the fields that a test has set to `undefined`: JSON has none. */
export function withoutUndefined<Payload extends object>(payload: Payload): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)) as Payload;
}

/** Fields to set in a made-up payload; `undefined` leaves one out, as a subscription with `includeFields` does. */
export type PayloadOverrides<Payload> = { readonly [Field in keyof Payload]?: Payload[Field] | undefined };
