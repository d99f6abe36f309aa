/**
 * What can happen to each resource: together `products/update` and the like. The names cannot be computed from the
 * schema's enum, whose underscores stand for slashes, dots and underscores alike.
 * https://shopify.dev/docs/api/webhooks
 */
// @ts-nocheck

const actionsOf = {
  app: ['scopes_update', 'uninstalled'],
  app_purchases_one_time: ['update'],
  app_subscriptions: ['approaching_capped_amount', 'update'],
  audit_events: ['admin_api_activity'],
  bulk_operations: ['finish'],
  carts: ['create', 'update'],
  channels: ['delete'],
  checkouts: ['create', 'delete', 'update'],
  collection_listings: ['add', 'remove', 'update'],
  collection_publications: ['create', 'delete', 'update'],
  collections: ['create', 'delete', 'update'],
  companies: ['create', 'delete', 'update'],
  company_contact_roles: ['assign', 'revoke'],
  company_contacts: ['create', 'delete', 'update'],
  company_locations: ['create', 'delete', 'update'],
  customer_account_settings: ['update'],
  customer_groups: ['create', 'delete', 'update'],
  customer_payment_methods: ['create', 'revoke', 'update'],
  customers: ['create', 'delete', 'disable', 'enable', 'merge', 'purchasing_summary', 'update'],
  customers_email_marketing_consent: ['update'],
  customers_marketing_consent: ['update'],
  customers_whats_app_marketing_consent: ['update'],
  delivery_promise_settings: ['update'],
  discounts: ['create', 'delete', 'redeemcode_added', 'redeemcode_removed', 'update'],
  disputes: ['create', 'update'],
  domains: ['create', 'destroy', 'update'],
  draft_orders: ['create', 'delete', 'update'],
  finance_app_staff_member: ['delete', 'grant', 'revoke', 'update'],
  finance_kyc_information: ['update'],
  fulfillment_events: ['create', 'delete'],
  fulfillment_holds: ['added', 'released'],
  fulfillment_orders: [
    'cancellation_request_accepted',
    'cancellation_request_rejected',
    'cancellation_request_submitted',
    'cancelled',
    'fulfillment_request_accepted',
    'fulfillment_request_rejected',
    'fulfillment_request_submitted',
    'fulfillment_service_failed_to_complete',
    'hold_released',
    'line_items_prepared_for_local_delivery',
    'line_items_prepared_for_pickup',
    'manually_reported_progress_stopped',
    'merged',
    'moved',
    'order_routing_complete',
    'placed_on_hold',
    'progress_reported',
    'rescheduled',
    'scheduled_fulfillment_order_ready',
    'split',
  ],
  fulfillments: ['create', 'update'],
  inventory_items: ['create', 'delete', 'update'],
  inventory_levels: ['connect', 'disconnect', 'update'],
  inventory_shipments: [
    'add_items',
    'create',
    'delete',
    'mark_in_transit',
    'receive_items',
    'remove_items',
    'update_item_quantities',
    'update_tracking',
  ],
  inventory_transfers: [
    'add_items',
    'cancel',
    'complete',
    'ready_to_ship',
    'remove_items',
    'update_item_quantities',
    'updated',
  ],
  locales: ['create', 'destroy', 'update'],
  locations: ['activate', 'create', 'deactivate', 'delete', 'update'],
  markets: ['create', 'delete', 'update'],
  markets_backup_region: ['update'],
  metafield_definitions: ['create', 'delete', 'update'],
  metaobjects: ['create', 'delete', 'update'],
  order_transactions: ['create'],
  orders: [
    'cancelled',
    'create',
    'delete',
    'edited',
    'fulfilled',
    'link_requested',
    'paid',
    'partially_fulfilled',
    'risk_assessment_changed',
    'shopify_protect_eligibility_changed',
    'updated',
  ],
  payment_schedules: ['due'],
  payment_terms: ['create', 'delete', 'update'],
  product_feeds: ['create', 'full_sync', 'full_sync_finish', 'incremental_sync', 'update'],
  product_listings: ['add', 'remove', 'update'],
  product_publications: ['create', 'delete', 'update'],
  products: ['create', 'delete', 'update'],
  profiles: ['create', 'delete', 'update'],
  refunds: ['create'],
  returns: ['approve', 'cancel', 'close', 'decline', 'process', 'reopen', 'request', 'update'],
  reverse_deliveries: ['attach_deliverable'],
  reverse_fulfillment_orders: ['dispose'],
  scheduled_product_listings: ['add', 'remove', 'update'],
  segments: ['create', 'delete', 'update'],
  selling_plan_groups: ['create', 'delete', 'update'],
  shipping_addresses: ['create', 'update'],
  shop: ['update'],
  subscription_billing_attempts: ['challenged', 'failure', 'success'],
  subscription_billing_cycle_edits: ['create', 'delete', 'update'],
  subscription_billing_cycles: ['skip', 'unskip'],
  subscription_contracts: ['activate', 'cancel', 'create', 'expire', 'fail', 'pause', 'update'],
  tax_services: ['create', 'update'],
  tender_transactions: ['create'],
  themes: ['create', 'delete', 'publish', 'update'],
  variants: ['in_stock', 'out_of_stock'],
} as const;

/** The only names with a dot. */
const dottedTopics = [
  'customer.joined_segment',
  'customer.left_segment',
  'customer.tags_added',
  'customer.tags_removed',
] as const;

type ActionsOf = typeof actionsOf;

/** Wire name of a topic of API version 2026-10 that can be subscribed to, such as `products/update`. */
export type WebhookTopic =
  | { [Resource in keyof ActionsOf]: `${Resource}/${ActionsOf[Resource][number]}` }[keyof ActionsOf]
  | (typeof dottedTopics)[number];

/** Topics of the law on privacy. They are set in the app's configuration and cannot be subscribed to by the API. */
export type ComplianceTopic = (typeof complianceTopics)[number];

/** Every topic that can be subscribed to, by its wire name. */
export const webhookTopics: readonly WebhookTopic[] = /* @__PURE__ */ listTopics();

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
export const complianceTopics = ['customers/data_request', 'customers/redact', 'shop/redact'] as const;

function listTopics(): WebhookTopic[] {
  const slashed = Object.entries(actionsOf).flatMap(([resource, actions]) =>
    actions.map((action) => `${resource}/${action}` as WebhookTopic),
  );
  return [...slashed, ...dottedTopics];
}

/**
 * The name in the enum `WebhookSubscriptionTopic`: `PRODUCTS_UPDATE` for `products/update`.
 *
 * @example
 * ```ts
 * topicToEnum('products/update'); // 'PRODUCTS_UPDATE'
 * ```
 */
export function topicToEnum(topic: string): string {
  return topic.replaceAll(/[/.]/g, '_').toUpperCase();
}

/**
 * The wire name of a value of the enum `WebhookSubscriptionTopic`; `undefined` for one that is not in the table.
 *
 * @example
 * ```ts
 * topicFromEnum('PRODUCTS_UPDATE'); // 'products/update'
 * ```
 */
export function topicFromEnum(name: string): WebhookTopic | undefined {
  return webhookTopics.find((topic) => topicToEnum(topic) === name);
}

/** Resources of the next-generation Events. https://shopify.dev/docs/api/events/latest */
export const eventTopics = [
  'Article',
  'Blog',
  'Collection',
  'Company',
  'Customer',
  'FulfillmentOrder',
  'InventoryItem',
  'InventoryShipment',
  'InventoryTransfer',
  'Location',
  'MetafieldDefinition',
  'Metaobject',
  'MetaobjectDefinition',
  'Order',
  'Page',
  'Product',
  'Refund',
  'Return',
] as const;

/** A resource of the next-generation Events, such as `Product`. */
export type EventTopic = (typeof eventTopics)[number];

/** What happened to a resource of the next-generation Events. */
export type EventAction = 'create' | 'update' | 'delete';
