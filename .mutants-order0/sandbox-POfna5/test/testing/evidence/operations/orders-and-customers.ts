// @ts-nocheck
import { type DocumentedOperation, reference } from './record.ts';

/** Orders, customers and companies; the fake simulates none of them, but knows their types. */
export const orderOperations: readonly DocumentedOperation[] = [
  {
    source: reference('2026-07/mutations/orderUpdate'),
    query: `mutation OrderUpdate($input: OrderInput!) {
      orderUpdate(input: $input) {
        order { id note shippingAddress { address1 city province zip country } }
        userErrors { field message }
      }
    }`,
    variables: {
      input: {
        id: 'gid://shopify/Order/148977776',
        shippingAddress: {
          address1: '190 MacLaren',
          city: 'Sudbury',
          province: 'Ontario',
          zip: 'K2P0V6',
          country: 'Canada',
        },
        note: 'Please gift wrap the snowboard.',
      },
    },
  },
  {
    source: reference('2026-01/mutations/orderDelete'),
    query: `mutation OrderDelete($orderId: ID!) {
      orderDelete(orderId: $orderId) { deletedId userErrors { field message code } }
    }`,
    variables: { orderId: 'gid://shopify/Order/776341364' },
  },
  {
    source: reference('2025-07/mutations/orderEditUpdateShippingLine'),
    query: `mutation updateShippingLine($id: ID!, $shippingLine: OrderEditUpdateShippingLineInput!, $shippingLineId: ID!) {
      orderEditUpdateShippingLine(id: $id, shippingLine: $shippingLine, shippingLineId: $shippingLineId) {
        calculatedOrder {
          id
          totalOutstandingSet { presentmentMoney { amount currencyCode } }
          totalPriceSet { presentmentMoney { amount currencyCode } }
        }
        userErrors { field message }
      }
    }`,
    variables: {
      id: 'gid://shopify/CalculatedOrder/607673082',
      shippingLineId: 'gid://shopify/ShippingLine/1072813969',
      shippingLine: { title: '2-Day Shipping', price: { amount: 19.99, currencyCode: 'USD' } },
    },
  },
  {
    source: reference('2026-07/mutations/refundCreate'),
    query: `mutation PartiallyRefundShipping($input: RefundInput!) {
      refundCreate(input: $input) @idempotent(key: "9f90b43c-043c-46d2-aa2c-53086ba753b1") {
        userErrors { field message }
        refund {
          id
          totalRefundedSet { presentmentMoney { amount } }
          transactions(first: 2) { edges { node { amountSet { presentmentMoney { amount } } status } } }
        }
      }
    }`,
    variables: {
      input: {
        orderId: 'gid://shopify/Order/734509473',
        transactions: [
          {
            orderId: 'gid://shopify/Order/734509473',
            parentId: 'gid://shopify/OrderTransaction/723599266',
            kind: 'REFUND',
            gateway: 'foo',
            amount: '16.99',
          },
        ],
        shipping: { amount: '6.99' },
      },
    },
  },
  {
    source: reference('2026-01/mutations/fulfillmentOrderReleaseHold'),
    query: `mutation {
      fulfillmentOrderReleaseHold(
        holdIds: ["gid://shopify/FulfillmentHold/172"], id: "gid://shopify/FulfillmentOrder/564786110"
      ) {
        fulfillmentOrder { id status requestStatus }
        userErrors { field message code }
      }
    }`,
  },
  {
    source: reference('2025-07/mutations/fulfillmentServiceCreate'),
    query: `mutation fulfillmentServiceCreate($name: String!, $callbackUrl: URL!) {
      fulfillmentServiceCreate(name: $name, callbackUrl: $callbackUrl) {
        fulfillmentService { id serviceName callbackUrl }
        userErrors { field message }
      }
    }`,
    variables: { name: 'example_fulfillment_service', callbackUrl: 'https://callback.org/' },
  },
  {
    source: reference('2026-07/mutations/paymentReminderSend'),
    query: `mutation paymentReminderSend($paymentScheduleId: ID!) {
      paymentReminderSend(paymentScheduleId: $paymentScheduleId) { success userErrors { message } }
    }`,
    variables: { paymentScheduleId: 'gid://shopify/PaymentSchedule/864539144' },
  },
  {
    source: reference('2026-01/queries/paymentTermsTemplates'),
    query: 'query { paymentTermsTemplates { id name paymentTermsType dueInDays description translatedName } }',
  },
  {
    source: reference('2026-01/queries/customers'),
    query: `query {
      customers(first: 10, query: "updated_at:>2019-12-01") { edges { node { id firstName lastName updatedAt } } }
    }`,
  },
  {
    source: reference('2026-01/mutations/customerCreate'),
    query: `mutation customerCreate($input: CustomerInput!) {
      customerCreate(input: $input) {
        userErrors { field message }
        customer {
          id email phone taxExempt firstName lastName amountSpent { amount currencyCode }
          smsMarketingConsent { marketingState marketingOptInLevel consentUpdatedAt }
        }
      }
    }`,
    variables: {
      input: {
        email: 'steve.lastnameson@example.com',
        phone: '+16465555555',
        firstName: 'Steve',
        smsMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' },
      },
    },
  },
  {
    source: reference('2026-07/mutations/customerSmsMarketingConsentUpdate'),
    query: `mutation customerSmsMarketingConsentUpdate($input: CustomerSmsMarketingConsentUpdateInput!) {
      customerSmsMarketingConsentUpdate(input: $input) {
        userErrors { field message }
        customer {
          id phone
          smsMarketingConsent { marketingState marketingOptInLevel consentUpdatedAt consentCollectedFrom }
        }
      }
    }`,
    variables: {
      input: {
        customerId: 'gid://shopify/Customer/207119551',
        smsMarketingConsent: { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' },
      },
    },
  },
  {
    source: reference('2026-01/queries/customerMergeJobStatus'),
    query: `query {
      customerMergeJobStatus(jobId: "gid://shopify/Job/ab22429a-ea18-4dad-ac2c-5823288b1e59") {
        jobId status resultingCustomerId customerMergeErrors { errorFields message }
      }
    }`,
  },
  {
    source: reference('2026-01/mutations/companyContactCreate'),
    query: `mutation CompanyContactCreate($companyId: ID!, $input: CompanyContactInput!) {
      companyContactCreate(companyId: $companyId, input: $input) {
        companyContact { id company { id name } customer { id firstName lastName email } }
        userErrors { field message code }
      }
    }`,
    variables: {
      companyId: 'gid://shopify/Company/426793626',
      input: { email: 'avery.brown@example.com', firstName: 'Avery', lastName: 'Brown' },
    },
  },
  {
    source: reference('2025-07/mutations/giftCardCreate'),
    query: `mutation giftCardCreate($input: GiftCardCreateInput!) {
      giftCardCreate(input: $input) {
        giftCard {
          id initialValue { amount } customer { id }
          recipientAttributes { recipient { id } message preferredName sendNotificationAt }
        }
        userErrors { message field code }
      }
    }`,
    variables: {
      input: {
        initialValue: '100.0',
        customerId: 'gid://shopify/Customer/331283560',
        recipientAttributes: {
          id: 'gid://shopify/Customer/743592264',
          message: 'Happy Birthday!',
          preferredName: 'Dad',
          sendNotificationAt: '2024-10-01T12:00:00Z',
        },
      },
    },
  },
  {
    source: reference('2026-01/mutations/storeCreditAccountDebit'),
    query: `mutation storeCreditAccountDebit($id: ID!, $debitInput: StoreCreditAccountDebitInput!) {
      storeCreditAccountDebit(id: $id, debitInput: $debitInput) {
        storeCreditAccountTransaction {
          amount { amount currencyCode }
          account { id balance { amount currencyCode } }
        }
        userErrors { message field }
      }
    }`,
    variables: {
      id: 'gid://shopify/StoreCreditAccount/316863792',
      debitInput: { debitAmount: { amount: '9.99', currencyCode: 'USD' } },
    },
  },
];
