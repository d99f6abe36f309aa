import { ConfigError, type Issue } from '../errors/errors.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import { keyPart, runPrefix } from '../storage/keys.ts';

/** Options of `forEachShop`. */
export interface ForEachShopOptions {
  /** Number of shops processed at the same time. Default 4. */
  readonly concurrency?: number;
  /**
   * Name of the run, so that another process can continue where this one stops: finished shops are recorded in the
   * key-value store and skipped. Once all are finished, the records are deleted, and the next run of that name starts
   * over. Default: nothing is recorded.
   */
  readonly resume?: string;
  /** Ends the run: no further shop is started, and those in progress finish. */
  readonly signal?: AbortSignal;
}

/** Result of `forEachShop`. */
export interface ForEachShopReport {
  /** Number of shops processed in this run. */
  readonly done: number;
  /** Number of shops that an earlier run of this name had processed. */
  readonly skipped: number;
  /** Shops for which the function threw, with the error. The run continues; a run of the same name tries them again. */
  readonly failed: readonly { readonly shop: string; readonly error: unknown }[];
}

/** The source of a run's shops, and the store that records which are done. */
export interface ShopRun {
  readonly tokens: Pick<TokenStore, 'owners'>;
  readonly appId: string;
  readonly keyValue: KeyValueStore | undefined;
}

const optionNames: Readonly<Record<keyof ForEachShopOptions, true>> = { concurrency: true, resume: true, signal: true };

/**
 * Runs a function for each shop that has an offline token of the app, several at a time.
 *
 * @throws ConfigError if an option is invalid, before anything is done. @throws StorageError @throws the signal's
 * reason.
 */
export async function eachShop(
  { tokens, appId, keyValue }: ShopRun,
  work: (shop: string) => Promise<unknown>,
  options: ForEachShopOptions = {},
): Promise<ForEachShopReport> {
  const { concurrency = 4, resume, signal } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
    issues.push({ field: 'concurrency', message: 'must be a whole number from 1 to 1,000.' });
  }
  if (resume !== undefined && !keyValue) {
    issues.push({ field: 'resume', message: 'needs a key-value store: pass the app `stores` with `keyValue`.' });
  }
  if (resume !== undefined && (typeof resume !== 'string' || resume === '')) {
    issues.push({ field: 'resume', message: 'must be a name, such as "prices-2026-12".' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  const notes = resume === undefined ? undefined : keyValue;
  const prefix = `${await runPrefix(appId)}${await keyPart(resume ?? '')}:`;
  const earlier = new Set<string>();
  for await (const key of notes?.scan(prefix) ?? []) earlier.add(key.slice(prefix.length));
  let done = 0;
  let skipped = 0;
  const failed: { readonly shop: string; readonly error: unknown }[] = [];
  await forEachConcurrent(shopsOf(tokens, appId), { concurrency, signal }, async (shop) => {
    const part = await keyPart(shop, longestShop);
    if (earlier.has(part)) {
      skipped += 1;
      return;
    }
    try {
      await work(shop);
    } catch (error) {
      failed.push({ shop, error });
      return;
    }
    await notes?.set(prefix + part, '1');
    done += 1;
  });
  if (notes && failed.length === 0) for await (const key of notes.scan(prefix)) await notes.delete(key);
  return { done, skipped, failed };
}

/** Characters of a shop's part in a key. */
const longestShop = 80;

/** Yields each shop once, skipping other apps and users' online tokens. */
async function* shopsOf(tokens: Pick<TokenStore, 'owners'>, appId: string): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const owner of tokens.owners()) {
    if (owner.appId !== appId || owner.userId !== undefined || seen.has(owner.shop)) continue;
    seen.add(owner.shop);
    yield owner.shop;
  }
}
