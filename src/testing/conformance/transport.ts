import type { Transport } from '../../ports/transport.ts';
import type { ConformanceRunner } from './runner.ts';
import { abortCases } from './transport/aborts.ts';
import { answerCases } from './transport/answers.ts';
import { breakCases } from './transport/breaks.ts';
import { requestCases } from './transport/requests.ts';
import { createTransportBench } from './transport-harness.ts';

/**
 * Tests a transport against the port, over servers that the suite starts on 127.0.0.1, on any runner with
 * `describe`, `it` and `expect(…).toBe` and `.toEqual`. Needs Node.
 *
 * @param name Name of the transport.
 * @param create Makes a transport. Called for each case, which closes it at its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeTransport('my transport', () => myTransport(), { describe, it, expect });
 */
export function describeTransport(
  name: string,
  create: () => Transport | Promise<Transport>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a transport`, () => {
    for (const { name: sentence, check } of [...requestCases, ...answerCases, ...abortCases, ...breakCases]) {
      runner.it(sentence, async () => {
        const transport = await create();
        const bench = createTransportBench(transport);
        try {
          await check(bench, runner.expect);
        } finally {
          // The servers first: a transport may let what is in flight come to its end.
          await bench.close();
          await transport.close?.();
        }
      });
    }
  });
}
