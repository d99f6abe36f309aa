import type { Permit, PermitAnswer } from '../../ports/rate-limiter.ts';
import { isPoints } from '../bucket.ts';
import type { EndedPermit } from './protocol.ts';

/** The terms on which a permit is given. */
interface PermitTerms {
  readonly points: number;
  readonly waitedMs: number;
  /** `spent` of the bucket at that moment, and the life of the bucket that this was in. */
  readonly spentBefore: number;
  readonly era: number;
}

/** The permits of one process for one bucket. */
export interface Ledger {
  /** Points and count of the permits that are out. */
  readonly held: { readonly points: number; readonly count: number };
  /** Points that all ended permits spent, ever. */
  readonly spent: number;
  give(terms: PermitTerms): Permit;
}

/** Makes an empty ledger. `onEnd` hears of each permit once, when it is no longer out. */
export function createLedger(onEnd: (ended: EndedPermit) => void): Ledger {
  const held = { points: 0, count: 0 };
  const ledger = {
    held,
    spent: 0,
    give({ points, waitedMs, spentBefore, era }: PermitTerms): Permit {
      held.points += points;
      held.count += 1;
      let isOut = true;
      const end = (charged: number, answer?: PermitAnswer): void => {
        if (!isOut) return;
        isOut = false;
        held.count -= 1;
        // The dust of binary fractions must not stay behind.
        held.points = held.count === 0 ? 0 : Math.max(0, held.points - points);
        ledger.spent += charged;
        onEnd({ points, spent: charged, spentBefore, era, status: answer?.throttleStatus });
      };
      return {
        cost: points,
        waitedMs,
        settle(answer) {
          const { throttled, actualCost } = answer;
          end(throttled ? 0 : isPoints(actualCost) ? actualCost : points, answer);
        },
        refund: () => end(0),
      };
    },
  };
  return ledger;
}
