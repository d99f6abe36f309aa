import { createShopifyClient, type ShopifyClient, type TelemetryEvent } from 'shopwright';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import type { CommonOptions } from '../../src/client/options.ts';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';

/** One step of the scripted server: a response, or a connection error. */
export type Step = (request: Request) => Response | Promise<Response>;

export const token = 'shpat_0123456789abcdef0123456789abcdef';

/** A good response with Shopify's numbers. */
export const good =
  (data: unknown = { shop: { name: 'Acme' } }, numbers: Partial<Numbers> = {}): Step =>
  () =>
    json({ data, extensions: costs(numbers) });

export interface Numbers {
  readonly requested: number;
  readonly actual: number | null;
  readonly available: number;
  readonly maximum: number;
  readonly rate: number;
}

export function costs(numbers: Partial<Numbers> = {}): object {
  const { requested = 2, actual = 2, available = 1998, maximum = 2000, rate = 100 } = numbers;
  return {
    cost: {
      requestedQueryCost: requested,
      actualQueryCost: actual,
      throttleStatus: { maximumAvailable: maximum, currentlyAvailable: available, restoreRate: rate },
    },
  };
}

export const throttled =
  (numbers: Partial<Numbers> = {}): Step =>
  () =>
    json({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: costs({ actual: null, ...numbers }),
    });

export const status =
  (code: number, body = '{"errors":"said by Shopify"}', headers: Record<string, string> = {}): Step =>
  () =>
    new Response(body, { status: code, headers: { 'x-request-id': 'request-1', ...headers } });

/** A broken connection, with the code of Node. */
export const broken =
  (code: string): Step =>
  () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
  };

/** No response until the request is aborted. */
export const silent: Step = (request) =>
  new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(request.signal.reason));
  });

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: {
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'x-shopify-api-version': generatedApiVersion,
    },
  });
}

export interface ScriptedShop {
  readonly shop: ShopifyClient;
  readonly clock: ManualClock;
  /** The requests, each with its time. */
  readonly sent: readonly {
    readonly at: number;
    readonly body: string;
    readonly headers: Headers;
    readonly url: string;
  }[];
  readonly events: readonly TelemetryEvent[];
}

/** A client whose server responds step by step; the last step repeats. `patch` changes `fetch` as a framework does. */
export function scriptedShop(
  steps: readonly Step[],
  options: Partial<CommonOptions> & Record<string, unknown> = {},
  patch: (send: typeof fetch) => typeof fetch = (send) => send,
): ScriptedShop {
  const clock = createManualClock();
  const sent: ScriptedShop['sent'][number][] = [];
  const events: TelemetryEvent[] = [];
  const serve: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const step = steps[Math.min(sent.length, steps.length - 1)];
    sent.push({
      at: clock.monotonic(),
      body: await request.clone().text(),
      headers: request.headers,
      url: request.url,
    });
    if (!step) throw new Error('no step');
    return step(request);
  };
  const shop = createShopifyClient({
    shop: 'acme',
    accessToken: token,
    isolated: true,
    clock,
    fetch: patch(serve),
    telemetry: (event) => events.push(event),
    ...options,
  } as Parameters<typeof createShopifyClient>[0]);
  return { shop, clock, sent, events };
}

/** The reason of a rejected promise. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
