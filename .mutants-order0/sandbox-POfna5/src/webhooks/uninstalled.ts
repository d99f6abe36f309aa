// @ts-nocheck
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { TokenStore } from '../ports/token-store.ts';
import { defaultApp } from '../storage/keys.ts';
import type { WebhookContext, WebhookEvent, WebhookTopicHandler } from './events.ts';
import { tokensOf } from './shop-tokens.ts';

/** Options of `uninstalledHandler`. */
export interface UninstalledOptions {
  /** Where the tokens of the shops are, such as `createTokenStore(…)`. */
  readonly tokens: Pick<TokenStore, 'owners' | 'get' | 'delete'>;
  /** What the host does about it. Called after the tokens are gone, and not for a webhook that came too late. */
  readonly onUninstalled?: (event: WebhookEvent<'app/uninstalled'>, context: WebhookContext) => unknown;
  /** Time, for tests. */
  readonly clock?: Pick<Clock, 'now'>;
}

const optionNames: Record<keyof UninstalledOptions, true> = { tokens: true, onUninstalled: true, clock: true };

/** Milliseconds by which the clocks of Shopify and the store may differ. */
const skewMs = 10_000;

/**
 * Handles `app/uninstalled`: deletes the tokens of the shop, offline and online, for the app of the webhook handler.
 *
 * A webhook can come late, after the shop has installed the app again. So only tokens go that were stored before it
 * was triggered; where any was stored since, or up to ten seconds before, nothing goes at all. Tokens that cannot be used any more do no harm
 * until `shop/redact` takes them.
 *
 * @throws ConfigError for options that are missing or unknown.
 *
 * @example
 * createWebhookHandler({ secrets, store, queue, on: { 'app/uninstalled': uninstalledHandler({ tokens }) } });
 */
export function uninstalledHandler(options: UninstalledOptions): WebhookTopicHandler<'app/uninstalled'> {
  const { tokens, onUninstalled, clock = systemClock } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  const missing = ['owners', 'get', 'delete'].filter((method) => typeof Object(tokens)[method] !== 'function');
  if (missing.length > 0) {
    issues.push({ field: 'tokens', message: `has no ${missing.join(', ')}: give what createTokenStore makes.` });
  }
  if (onUninstalled !== undefined && typeof onUninstalled !== 'function') {
    issues.push({ field: 'onUninstalled', message: 'must be a function' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  return async (event, context) => {
    const now = clock.now();
    // The header is not signed: a time to come proves nothing.
    const at = Math.min((event.triggeredAt === null ? undefined : isoTimeToMs(event.triggeredAt)) ?? now, now);
    const appId = context.appId ?? defaultApp;
    const { owners, savedAt } = await tokensOf(tokens, { shop: event.shop, appId });
    if (savedAt !== undefined && savedAt + skewMs >= at) return;
    for (const owner of owners) await tokens.delete(owner);
    await onUninstalled?.(event, context);
  };
}
