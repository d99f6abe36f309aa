import type { ShopifyClient } from 'shopwright';

const openQuery = `query Open($id: ID!) {
  order(id: $id) { fulfillmentOrders(first: 10) { nodes { id status } } }
}`;

const sendMutation = `mutation Send($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}`;

interface Open {
  readonly order: { readonly fulfillmentOrders: { readonly nodes: readonly { id: string; status: string }[] } } | null;
}

/** Marks an order as completely fulfilled in Shopify. An order that is already fulfilled is left unchanged. */
export async function fulfil(client: ShopifyClient, id: string, tracking: string): Promise<boolean> {
  const { data } = await client.graphql<Open>(openQuery, { id });
  const open = data.order?.fulfillmentOrders.nodes.filter(({ status }) => status === 'OPEN') ?? [];
  if (open.length === 0) return false;
  const lineItemsByFulfillmentOrder = open.map(({ id }) => ({ fulfillmentOrderId: id }));
  await client.graphql(sendMutation, {
    fulfillment: { lineItemsByFulfillmentOrder, trackingInfo: { number: tracking } },
  });
  return true;
}
