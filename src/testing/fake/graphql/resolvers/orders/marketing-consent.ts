import { GraphQLError } from 'graphql';
import type { CustomerEntity, StoredConsent } from '../../../store/order-entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { customerById, saveCustomer } from './save-order.ts';

/** `CustomerEmailMarketingConsentInput` and `CustomerSmsMarketingConsentInput`. */
export interface ConsentInput {
  readonly marketingState: string;
  readonly marketingOptInLevel?: string | null;
  readonly consentUpdatedAt?: string | null;
  readonly sourceLocationId?: string | null;
}

/** The inputs of a customer that hold consents. */
export interface ConsentInputs {
  readonly emailMarketingConsent?: ConsentInput | null;
  readonly smsMarketingConsent?: ConsentInput | null;
}

/** The ways in which a customer may be written to: the input, what it needs, and what Shopify says without that. */
const channels = {
  email: {
    input: 'emailMarketingConsent',
    update: 'customerEmailMarketingConsentUpdate',
    reaches: ({ email }: CustomerEntity): boolean => email !== null,
    unreachable: 'An email address is required to set the email marketing consent state.',
  },
  sms: {
    input: 'smsMarketingConsent',
    update: 'customerSmsMarketingConsentUpdate',
    reaches: ({ phone }: CustomerEntity): boolean => phone !== null,
    unreachable: 'A phone number is required to set the SMS consent state.',
  },
} as const;

type Channel = keyof typeof channels;

/** Mutations of what customers agreed to be sent. All of it was recorded 2026-04. */
export const marketingConsentResolvers: ResolverMap = {
  Mutation: {
    customerEmailMarketingConsentUpdate: resolver<unknown, { input: ConsentInputs & { readonly customerId: string } }>(
      (_source, { input }, context) => update('email', input.customerId, input.emailMarketingConsent, context),
    ),
    customerSmsMarketingConsentUpdate: resolver<unknown, { input: ConsentInputs & { readonly customerId: string } }>(
      (_source, { input }, context) => update('sms', input.customerId, input.smsMarketingConsent, context),
    ),
  },
};

/** A customer that is made with consents, and what is wrong with them. */
export function withConsents(
  customer: CustomerEntity,
  inputs: ConsentInputs,
  context: ResolverContext,
): { readonly customer: CustomerEntity; readonly userErrors: readonly UserError[] } {
  let made = customer;
  const userErrors: UserError[] = [];
  for (const channel of ['email', 'sms'] as const) {
    const { input: name, reaches, unreachable } = channels[channel];
    const input = inputs[name];
    if (!input) continue;
    requireState(input);
    if (!reaches(customer)) userErrors.push(userError([name], unreachable));
    made = { ...made, consents: { ...made.consents, [channel]: consentOf(input, channel, context) } };
  }
  return { customer: made, userErrors };
}

/** A customer that is there already is refused such inputs: they have mutations of their own. Recorded 2025-10. */
export function consentsOfKnown(inputs: ConsentInputs): readonly UserError[] {
  return Object.values(channels).flatMap(({ input, update }) =>
    inputs[input] ? [userError([input], `To update ${input}, please use the ${update} Mutation instead`)] : [],
  );
}

function update(
  channel: Channel,
  customerId: string,
  input: ConsentInput | null | undefined,
  context: ResolverContext,
): unknown {
  requireGid(customerId);
  const customer = customerById(context, customerId);
  const { input: name, reaches, unreachable } = channels[channel];
  if (!customer || !input) {
    // The one has a code and a field, the other has neither.
    const found = 'Customer not found';
    const isEmail = channel === 'email';
    const unknown = isEmail
      ? userError(['input', 'customerId'], found, 'INVALID')
      : { ...userError(null, found), code: null };
    return { customer: null, userErrors: [unknown] };
  }
  requireState(input);
  const refused = (field: readonly string[], code: string, message: string): unknown => ({
    customer: null,
    userErrors: [userError(['input', name, ...field], message, code)],
  });
  const { marketingOptInLevel: level, marketingState: state, consentUpdatedAt } = input;
  // For email the customer is returned beside the error. Recorded 2026-04 for both.
  if (level == null)
    return {
      customer: channel === 'email' ? customer : null,
      userErrors: [
        userError(['input', name, 'marketingOptInLevel'], 'Marketing opt in level must exist', 'MISSING_ARGUMENT'),
      ],
    };
  if (consentUpdatedAt != null && Date.parse(consentUpdatedAt) > context.clock.now())
    return refused(['consentUpdatedAt'], 'INVALID', 'Consent updated at must not be in the future');
  if (state === 'PENDING' && level !== 'CONFIRMED_OPT_IN')
    return refused(
      ['marketingOptInLevel'],
      'INVALID',
      'Marketing opt in level must be confirmed opt-in for pending consent state',
    );
  if (!reaches(customer)) {
    // Without an email address nothing happens, and nothing is said.
    return channel === 'sms' ? refused([], 'INVALID', unreachable) : { customer, userErrors: [] };
  }
  const consents = { ...customer.consents, [channel]: consentOf(input, channel, context) };
  const changed = { ...customer, consents, updatedAt: isoNow(context.clock) };
  saveCustomer(context, changed, customer);
  return { customer: changed, userErrors: [] };
}

/** States that Shopify alone gives. */
const ownStates: ReadonlySet<string> = new Set(['INVALID', 'NOT_SUBSCRIBED', 'REDACTED']);

/** @throws GraphQLError `INVALID` for a state that no app may set. */
function requireState({ marketingState, sourceLocationId }: ConsentInput): void {
  if (sourceLocationId != null) throw notSimulated('sourceLocationId of a consent');
  if (!ownStates.has(marketingState)) return;
  throw new GraphQLError(`Cannot specify ${marketingState} as a marketing state input`, {
    extensions: { code: 'INVALID' },
  });
}

function consentOf(input: ConsentInput, channel: Channel, { clock }: ResolverContext): StoredConsent {
  return {
    marketingState: input.marketingState,
    marketingOptInLevel: input.marketingOptInLevel ?? 'SINGLE_OPT_IN',
    updatedAt: input.consentUpdatedAt ?? isoNow(clock),
    // Whoever asks by the API is none of the places that Shopify knows.
    collectedFrom: channel === 'sms' ? 'OTHER' : null,
  };
}

/** Nobody was asked whether they want to hear from the shop. */
const unasked: StoredConsent = {
  marketingState: 'NOT_SUBSCRIBED',
  marketingOptInLevel: 'SINGLE_OPT_IN',
  updatedAt: null,
  collectedFrom: null,
};

/** What a customer agreed to be sent, as the fields of the schema name it: addresses and consents differ in that. */
export function consentView({ consents }: CustomerEntity, channel: Channel): object {
  const { marketingState, marketingOptInLevel, updatedAt, collectedFrom } = consents?.[channel] ?? unasked;
  return {
    ...{ marketingState, marketingOptInLevel, sourceLocation: null },
    ...{ marketingUpdatedAt: updatedAt, consentUpdatedAt: updatedAt },
    ...{ marketingCollectedFrom: collectedFrom, consentCollectedFrom: collectedFrom },
  };
}
