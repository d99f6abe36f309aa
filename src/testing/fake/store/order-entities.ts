import type { StoredMetafield } from './entities.ts';
import type { Entity } from './entity-store.ts';

/** A postal address of a customer or an order. */
export interface StoredMailingAddress {
  readonly id: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
  readonly provinceCode: string | null;
  readonly zip: string | null;
  readonly phone: string | null;
}

/** A customer. */
export interface CustomerEntity extends Entity {
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** In small letters. */
  readonly email: string | null;
  /** As E.164 has it. */
  readonly phone: string | null;
  readonly note: string | null;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly locale: string;
  readonly taxExempt: boolean;
  readonly taxExemptions: readonly string[];
  readonly state: 'DECLINED' | 'DISABLED' | 'ENABLED' | 'INVITED';
  readonly verifiedEmail: boolean;
  /** The first one is the default. */
  readonly addresses: readonly StoredMailingAddress[];
  readonly metafields: readonly StoredMetafield[];
  /** What they agreed to be sent; absent where nobody asked. */
  readonly consents?: { readonly email?: StoredConsent; readonly sms?: StoredConsent };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a customer agreed to be sent by one channel. */
export interface StoredConsent {
  readonly marketingState: string;
  readonly marketingOptInLevel: string;
  /** ISO 8601; `null` where nobody was asked. */
  readonly updatedAt: string | null;
  readonly collectedFrom: 'OTHER' | null;
}

/** One line of an order. */
export interface StoredLineItem {
  readonly id: string;
  readonly title: string;
  readonly variantTitle: string | null;
  readonly quantity: number;
  readonly sku: string | null;
  readonly vendor: string | null;
  /** Of one unit, in the currency of the shop: two decimals. */
  readonly price: string;
  /** `null` for a custom line. */
  readonly variantId: string | null;
  readonly productId: string | null;
  readonly requiresShipping: boolean;
  readonly taxable: boolean;
  readonly isGiftCard: boolean;
  readonly customAttributes: readonly StoredAttribute[];
}

/** What an order or a line says besides its fields. */
export interface StoredAttribute {
  readonly key: string;
  readonly value: string;
}

/** One payment of an order. */
export interface StoredTransaction {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly gateway: string | null;
  readonly test: boolean;
  /** In the currency of the shop: two decimals. */
  readonly amount: string;
  /** `null` for the time at which the order was created. */
  readonly processedAt: string | null;
}

/** An order. */
export interface OrderEntity extends Entity {
  /** Such as `#1001`. */
  readonly name: string;
  /** From 1001 on. */
  readonly number: number;
  readonly email: string | null;
  readonly phone: string | null;
  readonly note: string | null;
  readonly poNumber: string | null;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly customAttributes: readonly StoredAttribute[];
  readonly customerId: string | null;
  readonly currencyCode: string;
  /** `null` for an order that was made without payment and without a word about it. Recorded 2025-10 and 2026-04. */
  readonly displayFinancialStatus: string | null;
  /** Absent if the order was created without transactions. */
  readonly transactions?: readonly StoredTransaction[];
  readonly lineItems: readonly StoredLineItem[];
  readonly shippingAddress: StoredMailingAddress | null;
  readonly billingAddress: StoredMailingAddress | null;
  readonly taxesIncluded: boolean;
  readonly test: boolean;
  readonly sourceName: string | null;
  readonly sourceIdentifier: string | null;
  readonly cancelReason: string | null;
  readonly cancelledAt: string | null;
  readonly closedAt: string | null;
  readonly metafields: readonly StoredMetafield[];
  readonly processedAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How much of a line a fulfillment order is about. */
export interface StoredFulfillmentOrderLine {
  readonly id: string;
  readonly lineItemId: string;
  readonly totalQuantity: number;
  /** Not fulfilled yet. */
  readonly remainingQuantity: number;
}

/** What one location is to send of an order. */
export interface FulfillmentOrderEntity extends Entity {
  readonly orderId: string;
  readonly locationId: string;
  readonly status: 'CANCELLED' | 'CLOSED' | 'INCOMPLETE' | 'IN_PROGRESS' | 'ON_HOLD' | 'OPEN' | 'SCHEDULED';
  readonly requestStatus: string;
  readonly lineItems: readonly StoredFulfillmentOrderLine[];
  readonly fulfillAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What of a line was sent with a fulfillment. */
export interface StoredFulfillmentLine {
  readonly id: string;
  readonly lineItemId: string;
  /** The line of the fulfillment order. */
  readonly fulfillmentOrderLineId: string;
  readonly quantity: number;
}

/** What was sent together. */
export interface FulfillmentEntity extends Entity {
  readonly orderId: string;
  readonly locationId: string;
  /** Such as `#1001-F1`. */
  readonly name: string;
  readonly status: 'CANCELLED' | 'SUCCESS';
  readonly fulfillmentOrderIds: readonly string[];
  readonly lines: readonly StoredFulfillmentLine[];
  readonly trackingInfo: readonly {
    readonly company: string | null;
    readonly number: string | null;
    readonly url: string | null;
  }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}
