// @ts-nocheck
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/internal/clock.ts';
import { createBucket } from '../../../src/testing/fake/cost/bucket.ts';

/** A shop that other processes can call: it charges points, and gives a part of them back. */
export interface SimulatedShop {
  readonly url: string;
  /** Calls that were refused for lack of points. */
  readonly throttled: number;
  close(): Promise<void>;
}

/** Starts a shop with a full bucket. */
export async function startSimulatedShop(size: {
  readonly maximumAvailable: number;
  readonly restoreRate: number;
}): Promise<SimulatedShop> {
  const bucket = createBucket({ clock: systemClock, ...size });
  let throttled = 0;
  const server = createServer((request, response) => {
    const cost = Number(new URL(request.url ?? '/', 'http://shop').searchParams.get('cost'));
    const answer = (body: object): void => {
      response.end(JSON.stringify({ ...body, throttleStatus: bucket.status() }));
    };
    if (!bucket.take(cost)) {
      throttled += 1;
      answer({ throttled: true });
      return;
    }
    // What a call really costs shows a little later.
    setTimeout(() => {
      bucket.refund(cost / 2);
      answer({ actualCost: cost / 2 });
    }, 10);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get throttled() {
      return throttled;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
