import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThrottleStatus } from 'shopwright/limiter';

/** Points that a standard shop restores per second. */
export const restoreRate = 100;
const maximumAvailable = 2_000;
const latencyMs = 50;

/** The points in a response. */
export interface Answer {
  readonly throttled: boolean;
  readonly actual: number;
}

/** A limiter in front of a server. */
export interface Gate {
  /** Waits for permission to send; call the result with the response. Rejects once it is closed. */
  enter(cost: number): Promise<(answer: Answer) => void>;
  close(): Promise<void>;
}

/** Shopify's bucket alone, in this process, empty at the start. */
export interface SimulatedServer {
  send(requested: number, actual: number): Promise<Answer>;
  status(): ThrottleStatus;
  counts(): { readonly charged: number; readonly throttled: number };
}

/** Creates a server that charges the requested points at once, and refunds the rest after its latency. */
export function createSimulatedServer(): SimulatedServer {
  let level = 0;
  let refilledAt = performance.now();
  let charged = 0;
  let throttled = 0;
  const add = (points: number): void => {
    level = Math.min(maximumAvailable, level + points);
  };
  const refill = (): void => {
    const now = performance.now();
    add(((now - refilledAt) * restoreRate) / 1_000);
    refilledAt = now;
  };
  return {
    async send(requested, actual) {
      refill();
      if (requested > level + 1e-9) {
        throttled += 1;
        await sleep(latencyMs);
        return { throttled: true, actual: 0 };
      }
      level -= requested;
      charged += requested;
      await sleep(latencyMs);
      refill();
      add(requested - actual);
      charged -= requested - actual;
      return { throttled: false, actual };
    },
    status() {
      refill();
      return { maximumAvailable, currentlyAvailable: level, restoreRate };
    },
    counts: () => ({ charged, throttled }),
  };
}

/** Sends one call after another: 1 to 100 points requested, 30 to 100 % of them needed. */
export async function load(
  server: SimulatedServer,
  gate: Gate,
  random: () => number,
  state: { readonly isOpen: boolean },
): Promise<void> {
  while (state.isOpen) {
    const requested = 1 + Math.floor(random() * 100);
    const actual = requested * (0.3 + 0.7 * random());
    const end = await gate.enter(requested).catch(() => undefined);
    if (!end) return;
    const answer = await server.send(requested, actual);
    end(answer);
    // Refused calls are repeated later, as any client would.
    if (answer.throttled) await sleep(1_000);
  }
}
