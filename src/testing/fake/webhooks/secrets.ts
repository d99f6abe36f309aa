import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';

/** Shopify may sign with the old secret for up to an hour. https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
const usualOverlapMs = 3_600_000;

/** How `rotateWebhookSecret` goes on. */
export interface RotationOptions {
  /** The app by its id. Default: the first one. */
  readonly app?: string;
  /**
   * Milliseconds of the fake's clock for which the old secret still signs. Default one hour, the longest that Shopify
   * takes; 0 changes at once.
   */
  readonly keepOldMs?: number;
}

/** An app, as far as it signs. */
interface SigningApp {
  readonly id: string;
  readonly clientSecret: string;
}

/** The secrets that sign, over rotations. */
interface SigningSecrets {
  /** The secret that signs now for an app; for the first one where that is unknown or `null`. */
  current(app: string | null): string;
  rotate(next: string, options?: RotationOptions): void;
}

interface AppSecret {
  signing: string;
  coming?: { readonly secret: string; readonly from: number } | undefined;
}

/** Begins with the secrets of the apps; `first` is in place of the first one's. */
export function createSigningSecrets(
  apps: readonly SigningApp[],
  first: string | undefined,
  clock: Clock,
): SigningSecrets {
  const main: AppSecret = { signing: first ?? apps[0]?.clientSecret ?? '' };
  const secrets = new Map(
    apps.map(({ id, clientSecret }, index) => [id, index === 0 ? main : { signing: clientSecret }]),
  );

  /** What was due until now is done, also where nobody asked for it. */
  const upToDate = (secret: AppSecret): AppSecret => {
    if (secret.coming && clock.now() >= secret.coming.from) {
      secret.signing = secret.coming.secret;
      secret.coming = undefined;
    }
    return secret;
  };

  return {
    current: (app) => upToDate(secrets.get(app ?? '') ?? main).signing,
    rotate(next, { app, keepOldMs = usualOverlapMs } = {}) {
      const secret = app === undefined ? main : secrets.get(app);
      if (!secret) {
        const message = `is ${app}. Give one of: ${[...secrets.keys()].join(', ')}.`;
        throw new ConfigError([{ field: 'app', message }]);
      }
      upToDate(secret).coming = { secret: next, from: clock.now() + keepOldMs };
    },
  };
}
