import type { ShopGuards } from '../client/shop-state.ts';

/** Keeps the guards of each app and shop, so that all clients find the same ones. */
export interface GuardShelf {
  readonly size: number;
  /**
   * The guards of that name, made at their first use.
   *
   * @param create Makes them. They call `onUse` each time a client makes use of them.
   */
  take(key: string, create: (onUse: () => void) => ShopGuards): ShopGuards;
}

/** Milliseconds without a call after which guards are kept for living clients only. */
const idleMs = 600_000;

/** Below this size nothing is looked for that could go. */
const smallSize = 1_000;

interface Place {
  /** Finds them as long as a client has them. */
  readonly weak: WeakRef<ShopGuards>;
  /** Keeps them while they are in use, since clients may be made for each request. */
  strong: ShopGuards | undefined;
}

/**
 * Makes an empty shelf. When it has doubled, it lets go of what is idle: guards that no client has any more are
 * forgotten, those of a client that lives stay the ones that the next client finds. No timer: a process that
 * does nothing else shall be able to end.
 */
export function createGuardShelf(): GuardShelf {
  const places = new Map<string, Place>();
  let sweepAt = smallSize;

  const sweep = (): void => {
    for (const [key, place] of places) {
      if (place.strong?.isIdle(idleMs)) place.strong = undefined;
      if (!place.strong && !place.weak.deref()) places.delete(key);
    }
    sweepAt = Math.max(smallSize, 2 * places.size);
  };

  return {
    get size() {
      return places.size;
    },
    take(key, create) {
      const found = places.get(key);
      const known = found?.strong ?? found?.weak.deref();
      if (known) return known;
      if (places.size >= sweepAt) sweep();
      let place: Place | undefined;
      const guards = create(() => {
        if (place) place.strong ??= guards;
      });
      place = { weak: new WeakRef(guards), strong: guards };
      places.set(key, place);
      return guards;
    },
  };
}
