import type { JsonObject } from './json.ts';

/** The customer whom a request on privacy is about. */
export interface ComplianceCustomerPayload extends JsonObject {
  readonly id?: number | null;
  readonly email?: string | null;
  readonly phone?: string | null;
}

/** Body of `customers/data_request`: hand over what is known of a customer, within 30 days. */
export interface CustomerDataRequestPayload extends JsonObject {
  readonly shop_id: number;
  readonly shop_domain: string;
  readonly customer: ComplianceCustomerPayload;
  readonly orders_requested?: readonly number[];
  readonly data_request?: { readonly id?: number; readonly [field: string]: JsonObject[string] };
}

/** Body of `customers/redact`: erase what is known of a customer, within 30 days. */
export interface CustomerRedactPayload extends JsonObject {
  readonly shop_id: number;
  readonly shop_domain: string;
  readonly customer: ComplianceCustomerPayload;
  readonly orders_to_redact?: readonly number[];
}

/** Body of `shop/redact`: erase what is known of a shop, within 30 days. Comes 48 hours after the uninstall. */
export interface ShopRedactPayload extends JsonObject {
  readonly shop_id: number;
  readonly shop_domain: string;
}
