import { NetworkError, TimeoutError } from '../../errors/connection.ts';
import { ConfigError } from '../../errors/errors.ts';
import type { BottleneckLimiterSettings, HostBottleneck } from './settings.ts';

/**
 * What is in the reservoir at the start. A clustered Bottleneck waits for Redis without limit.
 *
 * @throws TimeoutError (code `TIMEOUT`) when that takes longer than `startTimeoutMs`.
 * @throws ConfigError (code `CONFIG_INVALID`) when there is no reservoir.
 */
export function startPoints(
  shop: string,
  bottleneck: HostBottleneck,
  { clock, startTimeoutMs }: BottleneckLimiterSettings,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => {
      const limits = { timeoutMs: startTimeoutMs, mayHaveExecuted: false };
      reject(new TimeoutError('TIMEOUT', `Bottleneck was not ready within ${startTimeoutMs} ms.`, limits, { shop }));
    }, startTimeoutMs);
    const take = (points: number | null): void => {
      if (points !== null) resolve(points);
      const message = 'give the Bottleneck a reservoir, such as `new Bottleneck({ reservoir: 0 })`';
      reject(new ConfigError([{ field: 'limiter.limiterFor', message }], { shop }));
    };
    bottleneck.currentReservoir().then(take, reject).finally(cancel);
  });
}

/** Bottleneck dropped the call: it was stopped, its queue was full, or its Redis did not answer. */
export function dropped(shop: string, error: unknown): NetworkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new NetworkError(`Bottleneck did not let a call to ${shop} through, nothing was sent: ${reason}`, false, {
    shop,
  });
}
