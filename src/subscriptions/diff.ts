import { addressOf, differences, type Standing, type Wanted } from './content.ts';
import type { Remembered } from './memory.ts';
import type { Ownership } from './ownership.ts';
import type { SubscriptionField } from './types.ts';

/** A wish, and the subscription of ours that is to become it. */
interface Match {
  readonly wanted: Wanted;
  readonly standing: Standing;
  readonly changes: readonly SubscriptionField[];
}

/** A subscription to be made. */
export interface Creation {
  readonly wanted: Wanted;
  /** The one in whose place it comes, which is deleted before, and what differs in that. */
  readonly replaces?: Match;
}

/** What has to be done so that everything stands as it shall. Deletions come first, creations last. */
export interface Plan {
  readonly unchanged: readonly Match[];
  readonly deletions: readonly Standing[];
  readonly updates: readonly Match[];
  readonly creations: readonly Creation[];
  /** Wishes whose topic, uri and filter somebody else's subscription has. */
  readonly obstructed: readonly { readonly wanted: Wanted; readonly standing?: Standing; readonly by: Standing }[];
  /** Ours that another hand has changed. */
  readonly drifted: readonly { readonly standing: Standing; readonly changes: readonly SubscriptionField[] }[];
  /** Ours that are gone, though they are still wanted. */
  readonly gone: readonly Standing[];
}

/** What is compared. */
interface Situation {
  readonly wanted: readonly Wanted[];
  readonly standing: readonly Standing[];
  readonly remembered: Remembered;
  readonly ownership: Ownership;
}

/** Compares what shall stand with what stands. Touches only what bears the owner's name or is remembered. */
export function planOf({ wanted, standing, remembered, ownership }: Situation): Plan {
  const isOurs = ({ id, name }: Standing): boolean => ownership.owns(name) || remembered.has(id);
  const ours = standing.filter(isOurs);
  const pairs = pairUp(wanted, ours, remembered);
  const holders = new Map(standing.map((one) => [addressOf(one), one]));

  const unchanged: Match[] = [];
  const updates: Match[] = [];
  const replaced: Match[] = [];
  const creations: Creation[] = [];
  const obstructed: Plan['obstructed'][number][] = [];
  const kept = new Set(pairs.values());
  for (const one of wanted) {
    const own = pairs.get(one);
    const holder = holders.get(addressOf(one));
    const changes = own ? differences(one, own) : [];
    // Shopify may tell apart what is the same address here: one who has it is in nobody's way.
    const isThere = own !== undefined && addressOf(own) === addressOf(one);
    const isTaken = holder !== undefined && holder !== own && !isThere;
    if (isTaken && !isOurs(holder)) obstructed.push({ wanted: one, by: holder, ...(own && { standing: own }) });
    else if (!own) creations.push({ wanted: one });
    else if (changes.length === 0) unchanged.push({ wanted: one, standing: own, changes });
    // A topic cannot be changed, nor two addresses be exchanged.
    else if (changes.includes('topic') || (isTaken && kept.has(holder)))
      replaced.push({ wanted: one, standing: own, changes });
    else updates.push({ wanted: one, standing: own, changes });
  }

  const unwanted = ours.filter((one) => !kept.has(one));
  const drifted = ours.flatMap((one) => {
    const before = remembered.get(one.id);
    const changes = before ? differences(before, one) : [];
    return changes.length > 0 ? [{ standing: one, changes }] : [];
  });
  const stands = new Set(standing.map(({ id }) => id));
  const missing = new Set(wanted.filter((one) => !pairs.has(one)).map(({ name }) => name.toLowerCase()));
  return {
    ...{ unchanged, updates, obstructed, drifted },
    deletions: [...unwanted, ...replaced.map((match) => match.standing)],
    creations: [...creations, ...replaced.map((match) => ({ wanted: match.wanted, replaces: match }))],
    gone: [...remembered.values()].filter(({ id, name }) => !stands.has(id) && missing.has(name?.toLowerCase() ?? '')),
  };
}

/** Finds for each wish the subscription of ours that is to become it: by name, by memory, or by address. */
function pairUp(
  wanted: readonly Wanted[],
  ours: readonly Standing[],
  remembered: Remembered,
): ReadonlyMap<Wanted, Standing> {
  const pairs = new Map<Wanted, Standing>();
  const free = new Set(ours);
  const match = (keyOfWanted: (one: Wanted) => string, keyOfStanding: (one: Standing) => string | undefined): void => {
    const byKey = new Map([...free].map((one) => [keyOfStanding(one), one]));
    for (const one of wanted) {
      const found = pairs.has(one) ? undefined : byKey.get(keyOfWanted(one));
      if (!found || !free.delete(found)) continue;
      pairs.set(one, found);
    }
  };
  const nameOf = ({ name }: { readonly name?: string | null | undefined }): string | undefined => name?.toLowerCase();
  match(({ name }) => name.toLowerCase(), nameOf);
  match(
    ({ name }) => name.toLowerCase(),
    ({ id }) => nameOf(remembered.get(id) ?? {}),
  );
  // It has another name now, and goes on without a gap.
  match(addressOf, addressOf);
  return pairs;
}
