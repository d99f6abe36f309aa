/** An amount in one currency, as the store has it: two decimals. */
// @ts-nocheck

interface Money {
  readonly amount: string;
  readonly currencyCode: string;
}

/** A `MoneyV2`. */
export const money = (amount: string, currencyCode: string): Money => ({ amount, currencyCode });

/** A `MoneyBag`. Customers of the fake pay in the currency of the shop. */
export function moneyBag(
  amount: string,
  currencyCode: string,
): Readonly<Record<'shopMoney' | 'presentmentMoney', Money>> {
  const whole = money(amount, currencyCode);
  return { shopMoney: whole, presentmentMoney: whole };
}

/** An amount times a quantity. */
export const times = (price: string, quantity: number): string => (Number(price) * quantity).toFixed(2);
