/** Milliseconds after an interactive call during which background calls leave room for the next one. */
const interactiveWindowMs = 60_000;

/** The points that background calls leave to interactive ones, and for how long. */
export interface Headroom {
  sawInteractive(nowMs: number): void;
  /**
   * Milliseconds for which a background call that waits since `sinceMs` still has to leave the room:
   * until the shop has seen no interactive call for a while, or the waiter is aged. 0 or less: not at all.
   */
  heldForMs(sinceMs: number, nowMs: number): number;
  /** Points to leave free in a bucket of that size. */
  points(bucket: { readonly maximumAvailable: number }): number;
}

/** Makes the headroom of one bucket. All times are monotonic milliseconds. */
export function createHeadroom(settings: { readonly softCeiling: number; readonly agingMs: number }): Headroom {
  let interactiveAtMs = Number.NEGATIVE_INFINITY;
  return {
    sawInteractive(nowMs) {
      interactiveAtMs = nowMs;
    },
    heldForMs(sinceMs, nowMs) {
      return Math.min(interactiveAtMs + interactiveWindowMs, sinceMs + settings.agingMs) - nowMs;
    },
    points(bucket) {
      return bucket.maximumAvailable * (1 - settings.softCeiling);
    },
  };
}
