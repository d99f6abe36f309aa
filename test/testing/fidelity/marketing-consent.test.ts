import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

const consents = `
  defaultEmailAddress { marketingState marketingOptInLevel marketingUpdatedAt }
  defaultPhoneNumber { marketingState marketingOptInLevel marketingUpdatedAt marketingCollectedFrom }
  emailMarketingConsent { marketingState consentUpdatedAt }
  smsMarketingConsent { marketingState consentUpdatedAt consentCollectedFrom }
`;
const create = `mutation ($input: CustomerInput!) {
  customerCreate(input: $input) { customer { id ${consents} } userErrors { field message } }
}`;
const update = 'mutation ($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { field message } } }';
const email = `mutation ($input: CustomerEmailMarketingConsentUpdateInput!) {
  customerEmailMarketingConsentUpdate(input: $input) { customer { ${consents} } userErrors { field message code } }
}`;
const sms = `mutation ($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) { customer { ${consents} } userErrors { field message code } }
}`;
const subscribed = { marketingState: 'SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' };
const since = '2026-03-01T08:00:00Z';

// Recorded 2026-04, of development stores.
describe('what customers agree to be sent', () => {
  it('is said when they are made, and told by addresses and consents alike', async () => {
    const { payload } = freshFake();
    const input = {
      ...{ email: 'ada@example.com', phone: '+15551230000' },
      emailMarketingConsent: { ...subscribed, consentUpdatedAt: since },
      smsMarketingConsent: { marketingState: 'PENDING', marketingOptInLevel: 'CONFIRMED_OPT_IN' },
    };
    const { customer, userErrors } = await payload(create, { input });
    expect(userErrors).toEqual([]);
    expect(customer).toMatchObject({
      defaultEmailAddress: { ...subscribed, marketingUpdatedAt: since },
      emailMarketingConsent: { marketingState: 'SUBSCRIBED', consentUpdatedAt: since },
      defaultPhoneNumber: { marketingState: 'PENDING', marketingCollectedFrom: 'OTHER' },
      smsMarketingConsent: { marketingState: 'PENDING', consentCollectedFrom: 'OTHER' },
    });
  });

  it('changes by mutations of its own, and is found by a search', async () => {
    const { payload, send } = freshFake();
    const { customer } = await payload(create, { input: { email: 'ada@example.com', phone: '+15551230000' } });
    expect(customer.defaultEmailAddress).toMatchObject({ marketingState: 'NOT_SUBSCRIBED', marketingUpdatedAt: null });
    const changed = await payload(email, { input: { customerId: customer.id, emailMarketingConsent: subscribed } });
    expect(changed).toMatchObject({
      customer: { defaultEmailAddress: subscribed, defaultPhoneNumber: { marketingState: 'NOT_SUBSCRIBED' } },
      userErrors: [],
    });
    const { data } = await send('{ customers(first: 5, query: "accepts_marketing:true") { nodes { id } } }');
    expect(data.customers.nodes).toEqual([{ id: customer.id }]);
    const left = { marketingState: 'UNSUBSCRIBED', marketingOptInLevel: 'UNKNOWN', consentUpdatedAt: since };
    const texted = await payload(sms, { input: { customerId: customer.id, smsMarketingConsent: left } });
    expect(texted.customer).toMatchObject({
      smsMarketingConsent: { marketingState: 'UNSUBSCRIBED', consentUpdatedAt: since, consentCollectedFrom: 'OTHER' },
      emailMarketingConsent: { marketingState: 'SUBSCRIBED' },
    });
  });

  it.each([
    [
      { phone: '+15551230000', emailMarketingConsent: subscribed },
      'emailMarketingConsent',
      'An email address is required to set the email marketing consent state.',
    ],
    [
      { email: 'ada@example.com', smsMarketingConsent: subscribed },
      'smsMarketingConsent',
      'A phone number is required to set the SMS consent state.',
    ],
  ])('needs an address: %o', async (input, field, message) => {
    const { payload } = freshFake();
    expect(await payload(create, { input })).toEqual({ customer: null, userErrors: [{ field: [field], message }] });
  });

  it.each([
    ['emailMarketingConsent', 'customerEmailMarketingConsentUpdate'],
    ['smsMarketingConsent', 'customerSmsMarketingConsentUpdate'],
  ])('is not changed by the %s of an update', async (field, mutation) => {
    const { payload } = freshFake();
    const { customer } = await payload(create, { input: { email: 'ada@example.com', phone: '+15551230000' } });
    expect((await payload(update, { input: { id: customer.id, [field]: subscribed } })).userErrors).toEqual([
      { field: [field], message: `To update ${field}, please use the ${mutation} Mutation instead` },
    ]);
  });

  const optIn = 'marketingOptInLevel';
  it.each([
    [{ marketingState: 'SUBSCRIBED' }, [optIn], 'MISSING_ARGUMENT', 'Marketing opt in level must exist'],
    [
      { ...subscribed, marketingState: 'PENDING' },
      [optIn],
      'INVALID',
      'Marketing opt in level must be confirmed opt-in for pending consent state',
    ],
    [
      { ...subscribed, consentUpdatedAt: '2990-01-01T00:00:00Z' },
      ['consentUpdatedAt'],
      'INVALID',
      'Consent updated at must not be in the future',
    ],
  ])('is refused as %o', async (consent, field, code, message) => {
    const { payload } = freshFake();
    const { customer } = await payload(create, { input: { email: 'ada@example.com', phone: '+15551230000' } });
    for (const [document, name] of [
      [email, 'emailMarketingConsent'],
      [sms, 'smsMarketingConsent'],
    ] as const)
      expect(await payload(document, { input: { customerId: customer.id, [name]: consent } })).toEqual({
        // Recorded: a missing level leaves the customer beside the error, for email.
        customer:
          code === 'MISSING_ARGUMENT' && document === email
            ? expect.objectContaining({
                emailMarketingConsent: { marketingState: 'NOT_SUBSCRIBED', consentUpdatedAt: null },
              })
            : null,
        userErrors: [{ field: ['input', name, ...field], message, code }],
      });
  });

  it('cannot be set to a state that Shopify alone gives', async () => {
    const { payload, send } = freshFake();
    const { customer } = await payload(create, { input: { email: 'ada@example.com' } });
    const input = {
      customerId: customer.id,
      emailMarketingConsent: { marketingState: 'NOT_SUBSCRIBED', marketingOptInLevel: 'SINGLE_OPT_IN' },
    };
    expect((await send(email, { input })).errors).toMatchObject([
      {
        message: 'Cannot specify NOT_SUBSCRIBED as a marketing state input',
        path: ['customerEmailMarketingConsentUpdate'],
        extensions: { code: 'INVALID' },
      },
    ]);
    const made = { email: 'bob@example.com', emailMarketingConsent: { marketingState: 'REDACTED' } };
    expect((await send(create, { input: made })).errors).toMatchObject([{ path: ['customerCreate'] }]);
  });

  it('differs by channel for whom it cannot reach and for nobody', async () => {
    const { payload } = freshFake();
    const { customer } = await payload(create, { input: { firstName: 'Ada' } });
    const { id: customerId } = customer;
    expect(await payload(email, { input: { customerId, emailMarketingConsent: subscribed } })).toMatchObject({
      customer: { emailMarketingConsent: null },
      userErrors: [],
    });
    expect((await payload(sms, { input: { customerId, smsMarketingConsent: subscribed } })).userErrors).toEqual([
      {
        field: ['input', 'smsMarketingConsent'],
        message: 'A phone number is required to set the SMS consent state.',
        code: 'INVALID',
      },
    ]);
    const unknown = nowhere('Customer');
    const missing = { customerId: unknown, emailMarketingConsent: subscribed };
    expect((await payload(email, { input: missing })).userErrors).toEqual([
      { field: ['input', 'customerId'], message: 'Customer not found', code: 'INVALID' },
    ]);
    const untold = { customerId: unknown, smsMarketingConsent: subscribed };
    expect((await payload(sms, { input: untold })).userErrors).toEqual([
      { field: null, message: 'Customer not found', code: null },
    ]);
  });
});

const set = `mutation ($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) {
  customerSet(identifier: $identifier, input: $input) {
    customer { id firstName addressesV2(first: 2) { nodes { city } } metafield(namespace: "crm", key: "id") { value } }
    userErrors { field message }
  }
}`;

describe('customerSet', () => {
  // Recorded 2025-10.
  it('takes addresses without a word in them, which customerCreate refuses', async () => {
    const { payload } = freshFake();
    const { customer } = await payload(create, { input: { email: 'ada@example.com' } });
    const input = { email: 'ada@example.com', addresses: [{ city: ' ' }] };
    expect(await payload(set, { identifier: { id: customer.id }, input })).toMatchObject({
      customer: { addressesV2: { nodes: [{ city: null }] } },
      userErrors: [],
    });
  });

  // Recorded 2026-04.
  it('knows customers by ids of their own, which need a definition', async () => {
    const { payload, send } = freshFake();
    const customId = { namespace: 'crm', key: 'id', value: 'a-7' };
    const call = (firstName: string) => send(set, { identifier: { customId }, input: { firstName } });
    expect((await call('Ada')).errors).toMatchObject([
      {
        message: "Metafield definition of type 'id' is required when using custom ids.",
        path: ['customerSet'],
        extensions: { code: 'NOT_FOUND' },
      },
    ]);
    await payload(
      'mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }',
      { definition: { name: 'CRM', namespace: 'crm', key: 'id', ownerType: 'CUSTOMER', type: 'id' } },
    );
    const made = (await call('Ada')).data.customerSet;
    expect(made).toMatchObject({ customer: { firstName: 'Ada', metafield: { value: 'a-7' } }, userErrors: [] });
    expect((await call('Lovelace')).data.customerSet.customer).toMatchObject({
      id: made.customer.id,
      firstName: 'Lovelace',
      metafield: { value: 'a-7' },
    });
  });
});
