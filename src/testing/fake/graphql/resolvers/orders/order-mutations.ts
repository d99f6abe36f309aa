import type { MetafieldInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { CustomerEntity, OrderEntity, StoredAttribute, StoredTransaction } from '../../../store/order-entities.ts';
import {
  isoNow,
  isoTime,
  type OperationContext,
  type ResolverContext,
  type ResolverMap,
  resolver,
} from '../../context.ts';
import { collectUserErrors, notSimulated, requireSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { defer } from '../deferred.ts';
import { variantById } from '../find-entities.ts';
import { normalTags, tagProblems } from '../input-values.ts';
import { upsertedMetafields } from '../metafields/values.ts';
import { countryCodeOf, provinceCodeOf } from '../places.ts';
import { customerFrom, isPhone } from './customer-mutations.ts';
import { type MailingAddressInput, mailingAddress } from './mailing-address.ts';
import { makeOrder, type NewLineItem, putOrder } from './new-order.ts';
import {
  announceOrder,
  currencyOf,
  customerByEmail,
  customerById,
  deleteOrder,
  fulfillmentsOf,
  orderById,
  saveCustomer,
  saveOrder,
  totalOf,
} from './save-order.ts';
import { financialStatusBy, paidBy, type TransactionInput, transactionFrom } from './transactions.ts';

/** Mutations of orders, but for fulfillment. */
export const orderMutationResolvers: ResolverMap = {
  Mutation: {
    orderCreate: resolver<unknown, CreateArgs>((_source, args, context) => createOrder(args, context)),
    orderUpdate: resolver<unknown, { input: OrderFields }>((_source, { input }, context) =>
      updateOrder(input, context),
    ),
    orderDelete: resolver<unknown, { orderId: string }>((_source, { orderId }, context) => {
      const order = existing(orderId, context);
      if (!order) return { deletedId: null, userErrors: [userError(['orderId'], 'Order does not exist', 'NOT_FOUND')] };
      deleteOrder(context, order);
      return { deletedId: orderId, userErrors: [] };
    }),
    orderCancel: resolver<unknown, CancelArgs>((_source, args, context) => cancelOrder(args, context)),
    orderClose: resolver<unknown, { input: { id: string } }>((_source, { input }, context) =>
      change(input.id, context, (order, now) => (order.closedAt === null ? { closedAt: now } : undefined)),
    ),
    orderOpen: resolver<unknown, { input: { id: string } }>((_source, { input }, context) =>
      change(input.id, context, (order) => (order.closedAt === null ? undefined : { closedAt: null })),
    ),
    orderMarkAsPaid: resolver<unknown, { input: { id: string } }>((_source, { input }, context) => {
      const order = existing(input.id, context);
      if (order && (order.displayFinancialStatus === 'PAID' || order.cancelledAt !== null))
        return { order, userErrors: [userError(['id'], 'Order cannot be marked as paid.')] };
      const payload = change(input.id, context, (before) => ({
        displayFinancialStatus: 'PAID',
        transactions: [...(before.transactions ?? []), manualSale(before, context)],
      }));
      if (order) announceOrder(order.id, context, 'orders/paid');
      return payload;
    }),
  },
};

/** A manual payment of the outstanding amount. Recorded 2025-01 and 2026-04. */
function manualSale(order: OrderEntity, context: ResolverContext): StoredTransaction {
  const due = Number(totalOf(order)) - Number(paidBy(order.transactions ?? []).received);
  return {
    ...{ id: context.store.nextId('OrderTransaction'), kind: 'SALE', status: 'SUCCESS', gateway: 'manual' },
    ...{ test: order.test, amount: due.toFixed(2), processedAt: isoNow(context.clock) },
  };
}

const refused = (userErrors: readonly UserError[]): unknown => ({ order: null, userErrors });

function existing(id: string, context: ResolverContext): OrderEntity | undefined {
  requireGid(id);
  return orderById(context, id);
}

/** Changes some fields of an order; where there is nothing to change, it stays as it is. */
function change(
  id: string,
  context: ResolverContext,
  changesOf: (order: OrderEntity, now: string) => Partial<OrderEntity> | undefined,
): unknown {
  const before = existing(id, context);
  if (!before) return refused([userError(['id'], 'Order does not exist')]);
  const now = isoNow(context.clock);
  const changes = changesOf(before, now);
  if (!changes) return { order: before, userErrors: [] };
  const order = { ...before, ...changes, id, updatedAt: now };
  saveOrder(context, order, 'orders/updated');
  return { order, userErrors: [] };
}

/** `OrderInput`, as far as it is simulated. */
interface OrderFields {
  readonly id: string;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly note?: string | null;
  readonly poNumber?: string | null;
  readonly tags?: readonly string[] | null;
  readonly customAttributes?: readonly { readonly key: string; readonly value?: string | null }[] | null;
  readonly shippingAddress?: MailingAddressInput | null;
  readonly metafields?: readonly MetafieldInput[] | null;
}

const updatable: ReadonlySet<string> = new Set<keyof OrderFields>([
  ...(['id', 'email', 'phone', 'note', 'poNumber', 'tags', 'customAttributes', 'shippingAddress'] as const),
  'metafields',
]);

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);

/** `orderUpdate`. A refusal returns the unchanged order beside the errors. Recorded 2026-04. */
function updateOrder(input: OrderFields, context: ResolverContext): unknown {
  requireSimulated(input, updatable, 'OrderInput');
  const before = existing(input.id, context);
  if (!before) return refused([userError(['id'], 'Order does not exist')]);
  const userErrors: UserError[] = [];
  if (Object.keys(input).length === 1)
    userErrors.push(userError(null, 'No valid update parameters have been provided'));
  if (input.phone && !isPhone(input.phone)) userErrors.push(userError(['phone'], 'Phone is invalid'));
  userErrors.push(...shippingProblems(input.shippingAddress));
  if (input.email && !isEmail(input.email)) userErrors.push(userError(['email'], 'Email is invalid'));
  const now = isoNow(context.clock);
  const metafields = upsertedMetafields(
    input.metafields ?? [],
    { type: 'ORDER', id: before.id, metafields: before.metafields },
    { ...context, now },
    (index, { part, message }) => userErrors.push(userError(['metafields', index, part], message)),
  );
  const { shippingAddress } = input;
  const given = <T>(value: T | null | undefined, kept: T | null): T | null => (value === undefined ? kept : value);
  const order: OrderEntity = {
    ...before,
    email: given(input.email?.toLowerCase(), before.email),
    phone: given(input.phone, before.phone),
    note: given(input.note, before.note),
    poNumber: given(input.poNumber, before.poNumber),
    tags:
      input.tags == null
        ? before.tags
        : normalTags(input.tags, (problem) => userErrors.push(userError(['tags'], tagProblems[problem]))),
    customAttributes: input.customAttributes?.map(attribute) ?? before.customAttributes,
    shippingAddress: shippingAddress ? mailingAddress(shippingAddress, context.store) : before.shippingAddress,
    metafields,
    updatedAt: now,
  };
  if (userErrors.length > 0) return { order: before, userErrors };
  saveOrder(context, order, 'orders/updated');
  return { order, userErrors: [] };
}

/** The errors of a shipping address in the United States. Other countries are not checked. Recorded 2026-04. */
function shippingProblems(address: MailingAddressInput | null | undefined): UserError[] {
  const country = address?.countryCode ?? address?.country;
  const code = country == null ? undefined : countryCodeOf(country);
  if (!address || code !== 'US') return [];
  const province = address.provinceCode ?? address.province;
  return [
    ...(address.lastName?.trim() ? [] : [userError(['shippingAddress', 'lastName'], 'Enter a last name')]),
    ...(address.zip?.trim() ? [] : [userError(['shippingAddress', 'zip'], 'Enter a ZIP code')]),
    ...(province != null && provinceCodeOf(code, province) === null
      ? [userError(['shippingAddress', 'province'], 'State is not a valid state in United States')]
      : []),
  ];
}

const attribute = ({ key, value }: { readonly key: string; readonly value?: string | null }): StoredAttribute => ({
  key,
  value: value ?? '',
});

/** Arguments of `orderCreate`, as far as they are simulated. */
interface CreateArgs {
  readonly order: OrderCreateFields;
  readonly options?: { readonly inventoryBehaviour?: string | null } | null;
}

interface OrderCreateFields {
  readonly lineItems?: readonly LineItemInput[] | null;
  readonly customer?: {
    readonly toAssociate?: { readonly id?: string | null; readonly email?: string | null };
    readonly toUpsert?: { readonly email?: string | null };
  } | null;
  readonly customerId?: string | null;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly note?: string | null;
  readonly poNumber?: string | null;
  readonly tags?: readonly string[] | null;
  readonly customAttributes?: readonly StoredAttribute[] | null;
  readonly currency?: string | null;
  readonly financialStatus?: string | null;
  readonly shippingAddress?: MailingAddressInput | null;
  readonly billingAddress?: MailingAddressInput | null;
  readonly taxesIncluded?: boolean | null;
  readonly test?: boolean | null;
  readonly sourceName?: string | null;
  readonly sourceIdentifier?: string | null;
  readonly processedAt?: string | null;
  readonly closedAt?: string | null;
  readonly metafields?: readonly MetafieldInput[] | null;
  readonly transactions?: readonly TransactionInput[] | null;
  readonly presentmentCurrency?: string | null;
}

const creatable: ReadonlySet<string> = new Set<keyof OrderCreateFields>([
  ...(['lineItems', 'customer', 'customerId', 'name', 'email', 'phone', 'note', 'poNumber', 'tags'] as const),
  ...(['customAttributes', 'currency', 'financialStatus', 'shippingAddress', 'billingAddress'] as const),
  ...(['taxesIncluded', 'test', 'sourceName', 'sourceIdentifier', 'processedAt', 'closedAt', 'metafields'] as const),
  ...(['transactions', 'presentmentCurrency'] as const),
]);

interface LineItemInput {
  readonly quantity: number;
  readonly variantId?: string | null;
  readonly productId?: string | null;
  readonly title?: string | null;
  readonly variantTitle?: string | null;
  readonly vendor?: string | null;
  readonly sku?: string | null;
  readonly giftCard?: boolean | null;
  readonly requiresShipping?: boolean | null;
  readonly taxable?: boolean | null;
  readonly priceSet?: { readonly shopMoney: { readonly amount: string } } | null;
  readonly properties?: readonly { readonly name: string; readonly value: string }[] | null;
}

const lineFields: ReadonlySet<string> = new Set<keyof LineItemInput>([
  ...(['quantity', 'variantId', 'productId', 'title', 'variantTitle', 'vendor', 'sku', 'giftCard'] as const),
  ...(['requiresShipping', 'taxable', 'priceSet', 'properties'] as const),
]);

const lineFrom = (line: LineItemInput): NewLineItem => ({
  quantity: line.quantity,
  variantId: line.variantId ?? null,
  productId: line.productId ?? null,
  title: line.title ?? null,
  variantTitle: line.variantTitle ?? null,
  vendor: line.vendor ?? null,
  sku: line.sku ?? null,
  isGiftCard: line.giftCard ?? false,
  requiresShipping: line.variantId == null ? (line.requiresShipping ?? false) : null,
  taxable: line.taxable ?? true,
  price: line.priceSet?.shopMoney.amount ?? null,
  customAttributes: line.properties?.map(({ name, value }) => ({ key: name, value })) ?? [],
});

/** `orderCreate`, which leaves the stock as it is. */
function createOrder({ order: input, options }: CreateArgs, context: ResolverContext): unknown {
  requireSimulated(input, creatable, 'OrderCreateOrderInput');
  for (const line of input.lineItems ?? []) requireSimulated(line, lineFields, 'OrderCreateLineItemInput');
  const currencyCode = input.currency ?? currencyOf(context);
  if (input.presentmentCurrency != null && input.presentmentCurrency !== currencyCode)
    throw notSimulated('OrderCreateOrderInput.presentmentCurrency of another currency');
  const behaviour = options?.inventoryBehaviour ?? 'BYPASS';
  if (behaviour !== 'BYPASS') throw notSimulated(`OrderCreateOptionsInput.inventoryBehaviour ${behaviour}`);

  const { userErrors, report } = collectUserErrors();
  checkNewOrder(input, context, report);
  const customer = customerOf(input, context, report);
  if (userErrors.length > 0) return refused(userErrors);

  const now = isoNow(context.clock);
  const { store } = context;
  const made = makeOrder(
    {
      ...input,
      lineItems: (input.lineItems ?? []).map(lineFrom),
      email: input.email ?? customer?.email ?? null,
      customAttributes: input.customAttributes?.map(attribute) ?? [],
      customerId: customer?.id ?? null,
      currencyCode,
      financialStatus: input.financialStatus ?? null,
      shippingAddress: input.shippingAddress ? mailingAddress(input.shippingAddress, store) : null,
      billingAddress: input.billingAddress ? mailingAddress(input.billingAddress, store) : null,
      taxesIncluded: input.taxesIncluded ?? false,
      test: input.test ?? false,
      processedAt: input.processedAt ? isoTime(Date.parse(input.processedAt)) : now,
      closedAt: input.closedAt ? isoTime(Date.parse(input.closedAt)) : null,
      sourceName: input.sourceName ?? context.app,
      metafields: [],
      createdAt: now,
    },
    context,
  );
  const owner = { type: 'ORDER', id: made.order.id, metafields: [] } as const;
  const metafields = upsertedMetafields(input.metafields ?? [], owner, { ...context, now }, (index, problem) =>
    report('INVALID', ['order', 'metafields', index, problem.part], problem.message),
  );
  if (userErrors.length > 0) return refused(userErrors);
  const transactions = input.transactions?.map((transaction) => transactionFrom(transaction, store));
  const order: OrderEntity = {
    ...made.order,
    metafields,
    ...(transactions && {
      transactions,
      displayFinancialStatus: input.financialStatus ?? financialStatusBy(transactions, totalOf(made.order)),
    }),
  };
  putOrder({ ...made, order }, context);
  announceOrder(order.id, context, 'orders/create');
  if (order.displayFinancialStatus === 'PAID') announceOrder(order.id, context, 'orders/paid');
  return { order, userErrors: [] };
}

type Report = ReturnType<typeof collectUserErrors>['report'];

function checkNewOrder(input: OrderCreateFields, context: ResolverContext, report: Report): void {
  if (!input.lineItems?.length)
    report('INVALID', ['order', 'lineItems'], 'Line items must have at least one line item');
  for (const [index, line] of (input.lineItems ?? []).entries()) {
    const field = ['order', 'lineItems', index];
    if (line.quantity < 1) report('INVALID', [...field, 'quantity'], 'Quantity must be greater than 0');
  }
  // A variant that is not there counts as none. Recorded 2025-10.
  const isNamed = ({ title, variantId }: LineItemInput): boolean =>
    Boolean(title?.trim()) || (variantId != null && variantById(context, variantId) !== undefined);
  if (!(input.lineItems ?? []).every(isNamed)) {
    report('INVALID', ['order'], 'Order Line items is invalid');
    for (const label of ['Name', 'Title'])
      report('INVALID', ['order', 'lineItems'], `Line items ${label} can't be blank`);
  }
  if (input.customer && input.customerId != null)
    report('REDUNDANT_CUSTOMER_FIELDS', ['order'], 'Only one of customerId and customer can be provided.');
  if (input.processedAt != null && Date.parse(input.processedAt) > context.clock.now())
    report('PROCESSED_AT_INVALID', ['order', 'processedAt'], "Processed at can't be in the future");
  if (input.email && !isEmail(input.email)) report('INVALID', ['order', 'email'], 'Email is invalid');
}

/** The customer of an order, which the input may create or change. */
function customerOf(
  { customer, customerId, email }: OrderCreateFields,
  context: ResolverContext,
  report: Report,
): CustomerEntity | undefined {
  const { toUpsert, toAssociate } = customer ?? {};
  if (toUpsert) {
    const before = toUpsert.email ? customerByEmail(context, toUpsert.email) : undefined;
    const made = customerFrom(toUpsert, before, context);
    for (const { field, message } of made.problems)
      report('INVALID', ['order', 'customer', 'toUpsert', ...(field ?? [])], message);
    if (made.problems.length === 0) saveCustomer(context, made.customer, before);
    return made.customer;
  }
  const id = toAssociate?.id ?? customerId;
  if (id == null && !toAssociate?.email) return customerOfEmail(email, context);
  if (id != null) requireGid(id);
  const found = id == null ? customerByEmail(context, toAssociate?.email ?? '') : customerById(context, id);
  const field = customer ? ['order', 'customer', 'toAssociate'] : ['order', 'customerId'];
  if (!found) report('INVALID', field, 'Customer does not exist');
  return found;
}

/** The customer of an order that names only an email address: an existing one, or a new one. Recorded 2026-04. */
function customerOfEmail(email: string | null | undefined, context: ResolverContext): CustomerEntity | undefined {
  if (!email || !isEmail(email)) return undefined;
  const known = customerByEmail(context, email);
  if (known) return known;
  const { customer } = customerFrom({ email }, undefined, context);
  saveCustomer(context, customer, undefined);
  return customer;
}

const maxStaffNote = 255;

/** Arguments of `orderCancel`. */
interface CancelArgs {
  readonly orderId: string;
  readonly reason: string;
  readonly refund?: boolean | null;
  readonly refundMethod?: object | null;
  readonly staffNote?: string | null;
}

/** `orderCancel`: in the background. */
function cancelOrder(args: CancelArgs, context: OperationContext): unknown {
  const { userErrors, report } = collectUserErrors();
  const order = existing(args.orderId, context);
  if (!order) report('NOT_FOUND', ['orderId'], 'Order does not exist');
  const staffNote = args.staffNote ?? '';
  // What is wrong with the arguments comes first. Texts recorded 2026-04, the order inferred.
  if (staffNote.length > maxStaffNote)
    report('INVALID', ['staffNote'], `Staff note is too long. Maximum length is ${maxStaffNote} characters.`);
  else if (args.refund != null && args.refundMethod != null)
    report('INVALID', ['refund'], 'Only one of the arguments `refund` or `refund_method` is allowed.');
  else if (order && order.cancelledAt !== null)
    report('INVALID', ['orderId'], 'Cannot cancel an order that has already been canceled');
  else if (order && fulfillmentsOf(context, order.id).some(({ status }) => status !== 'CANCELLED'))
    report('INVALID', ['orderId'], 'Cannot cancel an order that has outstanding fulfillments');
  // The older list has the same without codes.
  if (userErrors.length > 0)
    return {
      job: null,
      orderCancelUserErrors: userErrors,
      userErrors: userErrors.map(({ field, message }) => ({ field, message })),
    };
  const refunds = args.refund === true || args.refundMethod != null;
  const job = defer(context, 'Job', { type: 'orderCancel', orderId: args.orderId, reason: args.reason, refunds });
  return { job, orderCancelUserErrors: [], userErrors: [] };
}
