import type { JsonObject } from './json.ts';

/** A postal address in an order's or a customer's payload. */
export interface AddressPayload extends JsonObject {
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly name?: string | null;
  readonly company?: string | null;
  readonly address1?: string | null;
  readonly address2?: string | null;
  readonly city?: string | null;
  readonly province?: string | null;
  readonly province_code?: string | null;
  readonly country?: string | null;
  readonly country_code?: string | null;
  readonly zip?: string | null;
  readonly phone?: string | null;
}

/**
 * Body of `customers/create`, `customers/update`, `customers/enable` and `customers/disable`. Without Shopify's
 * approval for protected customer data, personal fields are `null` or missing.
 */
export interface CustomerPayload extends JsonObject {
  readonly id?: number;
  /** Such as `gid://shopify/Customer/1`. */
  readonly admin_graphql_api_id?: string;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  /** `disabled`, `invited`, `enabled` or `declined`. */
  readonly state?: string | null;
  readonly note?: string | null;
  readonly verified_email?: boolean | null;
  readonly tax_exempt?: boolean | null;
  readonly currency?: string | null;
  readonly addresses?: readonly AddressPayload[];
  readonly default_address?: AddressPayload | null;
  /** ISO times. */
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** Body of `customers/delete`. */
export interface CustomerDeletePayload extends JsonObject {
  readonly id: number;
  readonly admin_graphql_api_id?: string;
}

/** Body of `customers/merge`: gids, and no field `id`. */
export interface CustomerMergePayload extends JsonObject {
  readonly admin_graphql_api_customer_kept_id?: string;
  readonly admin_graphql_api_customer_deleted_id?: string;
  readonly admin_graphql_api_job_id?: string | null;
  /** Such as `completed` or `failed`. */
  readonly status?: string;
  readonly errors?: readonly CustomerMergeErrorPayload[];
}

/** Why customers were not merged. */
export interface CustomerMergeErrorPayload extends JsonObject {
  readonly customer_ids?: readonly number[];
  readonly field?: string | null;
  readonly message?: string | null;
}
