import { type OptionPairs, optionsKey } from './product-facts.ts';

/** For each option of the shop, its name in the draft: its own, else that in the same place; `undefined`: it goes. */
export function pairOptions(before: readonly string[], after: readonly string[]): readonly (string | undefined)[] {
  const free = after.filter((name) => !before.includes(name));
  return before.map((name) => (after.includes(name) ? name : free.shift()));
}

/** A variant that gets other option values. */
export interface Move {
  readonly gid: string;
  readonly from: OptionPairs;
  readonly to: OptionPairs;
}

/** What the value of a parked variant begins with. No shop has it, and it is gone before anybody looks. */
export const parking = '~shopwright ';

/**
 * Puts moves in an order in which each finds its combination free, as Shopify checks one after another. Where variants
 * change places in a ring, one of each ring is parked first.
 */
export function orderMoves(
  moves: readonly Move[],
  still: ReadonlySet<string>,
): { readonly first: readonly Pick<Move, 'gid' | 'to'>[]; readonly order: readonly Move[] } {
  const taken = new Map(moves.map((move) => [optionsKey(move.from), move]));
  const waiting = new Set(moves);
  const order: Move[] = [];
  const first: Pick<Move, 'gid' | 'to'>[] = [];
  const parked = new Set<Move>();
  const settle = (move: Move): void => {
    waiting.delete(move);
    taken.delete(optionsKey(move.from));
    order.push(move);
  };
  while (waiting.size > 0) {
    const isFree = ({ to }: Move): boolean => !still.has(optionsKey(to)) && !taken.has(optionsKey(to));
    const ready = [...waiting].filter(isFree);
    for (const move of ready) if (isFree(move)) settle(move);
    if (ready.length > 0) continue;
    // A metaobject to park on is not at hand: a linked option keeps its value.
    const place = (move: Move): number => move.from.findIndex(([, value]) => !value.startsWith('gid://'));
    const stuck = [...waiting].find((move) => !parked.has(move) && !still.has(optionsKey(move.to)) && place(move) >= 0);
    // Somebody else's variant stands there for good, or all options are linked: Shopify says so.
    if (!stuck) for (const move of waiting) settle(move);
    else {
      parked.add(stuck);
      const parkedValue = `${parking}${first.length + 1} ${stuck.from[place(stuck)]?.[1]}`.slice(0, 255);
      const to = stuck.from.map(
        ([name, value], index) => [name, index === place(stuck) ? parkedValue : value] as const,
      );
      first.push({ gid: stuck.gid, to });
      taken.delete(optionsKey(stuck.from));
    }
  }
  return { first, order };
}
