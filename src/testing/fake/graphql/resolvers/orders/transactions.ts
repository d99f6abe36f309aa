import type { EntityStore } from '../../../store/entity-store.ts';
import type { OrderEntity, StoredTransaction } from '../../../store/order-entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, requireSimulated } from '../../errors.ts';
import { amountFrom } from '../input-values.ts';
import { moneyBag } from './money.ts';
import { orderById } from './save-order.ts';

/** `OrderCreateOrderTransactionInput`, as far as it is simulated. */
export interface TransactionInput {
  readonly amountSet: { readonly shopMoney: { readonly amount: string }; readonly presentmentMoney?: object | null };
  readonly gateway?: string | null;
  readonly kind: string;
  readonly status: string;
  readonly test: boolean;
  readonly processedAt?: string | null;
}

const simulated: ReadonlySet<string> = new Set<keyof TransactionInput>([
  ...(['amountSet', 'gateway', 'kind', 'status', 'test', 'processedAt'] as const),
]);

/** Kinds that an order can start with. */
const kinds: ReadonlySet<string> = new Set(['AUTHORIZATION', 'CAPTURE', 'SALE']);

/** Creates a transaction from the input of `orderCreate`. */
export function transactionFrom(input: TransactionInput, place: Pick<EntityStore, 'nextId'>): StoredTransaction {
  requireSimulated(input, simulated, 'OrderCreateOrderTransactionInput');
  if (!kinds.has(input.kind)) throw notSimulated(`OrderCreateOrderTransactionInput.kind ${input.kind}`);
  return {
    id: place.nextId('OrderTransaction'),
    kind: input.kind,
    status: input.status,
    gateway: input.gateway ?? null,
    test: input.test,
    amount: amountFrom(input.amountSet.shopMoney.amount) ?? '0.00',
    processedAt: input.processedAt ?? null,
  };
}

const sumOf = (transactions: readonly StoredTransaction[], ...wanted: readonly string[]): number =>
  transactions
    .filter(({ kind, status }) => status === 'SUCCESS' && wanted.includes(kind))
    .reduce((sum, { amount }) => sum + Number(amount), 0);

/** The amounts that transactions received, and that can still be captured. */
export function paidBy(transactions: readonly StoredTransaction[]): { received: string; capturable: string } {
  const captured = sumOf(transactions, 'CAPTURE');
  return {
    received: (sumOf(transactions, 'SALE') + captured).toFixed(2),
    capturable: Math.max(0, sumOf(transactions, 'AUTHORIZATION') - captured).toFixed(2),
  };
}

/**
 * The financial status of an order created without one, from its transactions; `null` if they failed. Recorded 2026-04.
 */
export function financialStatusBy(transactions: readonly StoredTransaction[], total: string): string | null {
  const { received, capturable } = paidBy(transactions);
  if (Number(received) > 0) return Number(received) < Number(total) ? 'PARTIALLY_PAID' : 'PAID';
  if (Number(capturable) > 0) return 'AUTHORIZED';
  return transactions.some(({ status }) => status === 'PENDING') ? 'PENDING' : null;
}

type Transaction = StoredTransaction & Pick<OrderEntity, 'createdAt' | 'currencyCode'> & { readonly orderId: string };

/** Resolvers of transactions, which are stored in their order. */
export const transactionResolvers: ResolverMap = {
  Order: {
    transactions: resolver<OrderEntity, { first?: number | null; capturable?: boolean; manuallyResolvable?: boolean }>(
      ({ id: orderId, transactions = [], createdAt, currencyCode }, { first, capturable, manuallyResolvable }) => {
        if (capturable != null) throw notSimulated('Order.transactions(capturable:)');
        if (manuallyResolvable != null) throw notSimulated('Order.transactions(manuallyResolvable:)');
        return transactions
          .slice(0, first ?? undefined)
          .map((transaction): Transaction => ({ ...transaction, orderId, createdAt, currencyCode }));
      },
    ),
    paymentGatewayNames: resolver<OrderEntity>(({ transactions = [] }) => [
      ...new Set(transactions.flatMap(({ gateway }) => gateway ?? [])),
    ]),
    capturable: resolver<OrderEntity>(({ transactions = [] }) => Number(paidBy(transactions).capturable) > 0),
  },
  OrderTransaction: {
    order: resolver<Transaction>(({ orderId }, _args, context) => orderById(context, orderId)),
    amountSet: resolver<Transaction>(({ amount, currencyCode }) => moneyBag(amount, currencyCode)),
    processedAt: resolver<Transaction>(({ processedAt, createdAt }) => processedAt ?? createdAt),
    parentTransaction: () => null,
    errorCode: () => null,
    manualPaymentGateway: resolver<Transaction>(({ gateway }) => gateway === 'manual'),
    manuallyCapturable: () => false,
    multiCapturable: () => false,
  },
};
