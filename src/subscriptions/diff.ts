import type { Ownership } from './desired.ts';
import {
  type ActualSubscription,
  addressOf,
  type CheckedSubscription,
  differences,
  type SubscriptionField,
} from './subscription.ts';

/** The subscriptions set by earlier runs, by gid. */
export type RememberedSubscriptions = ReadonlyMap<string, ActualSubscription>;

/** A desired subscription, and the one of this owner that it matches. */
interface Match {
  readonly desired: CheckedSubscription;
  readonly actual: ActualSubscription;
  readonly changes: readonly SubscriptionField[];
}

/** A subscription to be created. */
export interface Creation {
  readonly desired: CheckedSubscription;
  /** The subscription it replaces, which is deleted first, and the fields that differ. */
  readonly replaces?: Match;
}

/** What must be done to make the actual subscriptions match the desired ones. Deletions come first, creations last. */
export interface SubscriptionDiff {
  readonly unchanged: readonly Match[];
  readonly deletions: readonly ActualSubscription[];
  readonly updates: readonly Match[];
  readonly creations: readonly Creation[];
  /** Desired subscriptions whose topic, uri and filter are already used by another owner. */
  readonly blocked: readonly {
    readonly desired: CheckedSubscription;
    readonly actual?: ActualSubscription;
    readonly by: ActualSubscription;
  }[];
  /** The owner's subscriptions that somebody else has changed. */
  readonly drifted: readonly { readonly actual: ActualSubscription; readonly changes: readonly SubscriptionField[] }[];
  /** The owner's subscriptions that are gone although they are still desired. */
  readonly gone: readonly ActualSubscription[];
}

/** The input of the comparison. */
interface DiffInput {
  readonly desired: readonly CheckedSubscription[];
  readonly actual: readonly ActualSubscription[];
  readonly remembered: RememberedSubscriptions;
  readonly ownership: Ownership;
}

/** Compares desired and actual subscriptions. The owner's are those with its name and those remembered. */
export function diffSubscriptions({ desired, actual, remembered, ownership }: DiffInput): SubscriptionDiff {
  const isOurs = ({ id, name }: ActualSubscription): boolean => ownership.owns(name) || remembered.has(id);
  const ours = actual.filter(isOurs);
  const pairs = pairUp(desired, ours, remembered);
  const holders = new Map(actual.map((one) => [addressOf(one), one]));

  const unchanged: Match[] = [];
  const updates: Match[] = [];
  const replaced: Match[] = [];
  const creations: Creation[] = [];
  const blocked: SubscriptionDiff['blocked'][number][] = [];
  const kept = new Set(pairs.values());
  for (const one of desired) {
    const own = pairs.get(one);
    const holder = holders.get(addressOf(one));
    const changes = own ? differences(one, own) : [];
    // Shopify may distinguish two addresses that count as equal here: a subscription that already has it is not
    // blocked.
    const hasAddress = own !== undefined && addressOf(own) === addressOf(one);
    const isTaken = holder !== undefined && holder !== own && !hasAddress;
    if (isTaken && !isOurs(holder)) blocked.push({ desired: one, by: holder, ...(own && { actual: own }) });
    else if (!own) creations.push({ desired: one });
    else if (changes.length === 0) unchanged.push({ desired: one, actual: own, changes });
    // A topic cannot be changed, and two subscriptions cannot swap their addresses.
    else if (changes.includes('topic') || (isTaken && kept.has(holder)))
      replaced.push({ desired: one, actual: own, changes });
    else updates.push({ desired: one, actual: own, changes });
  }

  const unwanted = ours.filter((one) => !kept.has(one));
  const drifted = ours.flatMap((one) => {
    const before = remembered.get(one.id);
    const changes = before ? differences(before, one) : [];
    return changes.length > 0 ? [{ actual: one, changes }] : [];
  });
  const existing = new Set(actual.map(({ id }) => id));
  const missing = new Set(desired.filter((one) => !pairs.has(one)).map(({ name }) => name.toLowerCase()));
  return {
    ...{ unchanged, updates, blocked, drifted },
    deletions: [...unwanted, ...replaced.map((match) => match.actual)],
    creations: [...creations, ...replaced.map((match) => ({ desired: match.desired, replaces: match }))],
    gone: [...remembered.values()].filter(
      ({ id, name }) => !existing.has(id) && missing.has(name?.toLowerCase() ?? ''),
    ),
  };
}

/** Matches desired subscriptions with the owner's: by name, by remembered name, or by address. */
function pairUp(
  desired: readonly CheckedSubscription[],
  ours: readonly ActualSubscription[],
  remembered: RememberedSubscriptions,
): ReadonlyMap<CheckedSubscription, ActualSubscription> {
  const pairs = new Map<CheckedSubscription, ActualSubscription>();
  const free = new Set(ours);
  const pairBy = (
    keyOfDesired: (one: CheckedSubscription) => string,
    keyOfActual: (one: ActualSubscription) => string | undefined,
  ): void => {
    const byKey = new Map([...free].map((one) => [keyOfActual(one), one]));
    for (const one of desired) {
      const found = pairs.has(one) ? undefined : byKey.get(keyOfDesired(one));
      if (!found || !free.delete(found)) continue;
      pairs.set(one, found);
    }
  };
  const nameOf = ({ name }: CheckedSubscription): string => name.toLowerCase();
  pairBy(nameOf, ({ name }) => name?.toLowerCase());
  pairBy(nameOf, ({ id }) => remembered.get(id)?.name?.toLowerCase());
  // Renamed by the host: it is updated, so that no delivery is missed.
  pairBy(addressOf, addressOf);
  return pairs;
}
