import type { TokenStore } from '../../ports/token-store.ts';
import type { ConformanceRunner } from './runner.ts';
import { ownerCases } from './tokens/owners.ts';
import { replaceCases } from './tokens/replace.ts';

/** A token store under test. */
export interface TokenStoreSubject {
  readonly store: TokenStore;
  /** Called at the end of each case. */
  close(): Promise<unknown>;
}

/**
 * Tests a token store against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the store.
 * @param create Makes a store without tokens. Called for each case, which closes it at its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeTokenStore('my vault', () => ({ store: myVault(), close: async () => undefined }), { describe, it, expect });
 */
export function describeTokenStore(
  name: string,
  create: () => TokenStoreSubject | Promise<TokenStoreSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a token store`, () => {
    for (const { name: sentence, check } of [...replaceCases, ...ownerCases]) {
      runner.it(sentence, async () => {
        const subject = await create();
        try {
          await check(subject.store, runner.expect);
        } finally {
          await subject.close();
        }
      });
    }
  });
}
