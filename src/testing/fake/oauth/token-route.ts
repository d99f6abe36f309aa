import type { Clock } from '../../../internal/clock.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import { shopOf } from '../http/admission.ts';
import { jsonAnswer, refusals } from '../http/answers.ts';
import type { FakeRequest, FakeRoute, WholeAnswer } from '../http/api.ts';
import type { Shops } from '../shops.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { Apps } from './apps.ts';
import { authorizationCodeGrant } from './authorization-code.ts';
import { clientCredentialsGrant } from './client-credentials.ts';
import { problemAnswer, problems } from './problems.ts';
import { refreshGrant } from './refresh.ts';
import { tokenExchangeGrant, tokenExchangeType } from './token-exchange.ts';
import type { Grant, TokenParameters } from './types.ts';

/** What the OAuth endpoints work with. */
export interface OAuthContext {
  readonly apps: Apps;
  readonly shops: Shops;
  readonly store: EntityStore;
  readonly clock: Clock;
}

const grants: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', authorizationCodeGrant],
  ['refresh_token', refreshGrant],
  ['client_credentials', clientCredentialsGrant],
  [tokenExchangeType, tokenExchangeGrant],
]);

/** `POST /admin/oauth/access_token`, for every grant. */
export function tokenRoute({ apps, shops, store, clock }: OAuthContext): FakeRoute {
  return {
    matches: ({ path }) => path === '/admin/oauth/access_token',
    name: ({ method }) => `${method} oauth/access_token`,
    async answer(request): Promise<WholeAnswer> {
      if (request.method !== 'POST') return jsonAnswer(refusals.wrongMethod.status, refusals.wrongMethod.body);
      const shop = shopOf(request, shops);
      if (!shop) return jsonAnswer(refusals.notFound.status, refusals.notFound.body);

      const parameters = readParameters(request);
      const app = apps.find(parameters.get('client_id') ?? '');
      if (!app) return problemAnswer(problems.appUnknown, request);
      if (parameters.get('client_secret') !== app.clientSecret) return problemAnswer(problems.wrongSecret, request);
      // Shopify's first grant has no name in the request.
      const grant = grants.get(parameters.get('grant_type') ?? 'authorization_code');
      if (!grant) return problemAnswer(problems.unknownGrant, request);

      const transaction = store.begin();
      const granted = grant({ app, shop, store: transaction, now: clock.now(), parameters });
      if (!granted.ok) return problemAnswer(granted.problem, request);
      transaction.commit();
      return jsonAnswer(200, granted.body);
    },
  };
}

/** The parameters of a form or of JSON; of anything else, none. */
function readParameters({ body, header }: FakeRequest): TokenParameters {
  if (!header('content-type')?.includes('json')) return new Map(new URLSearchParams(body));
  const parsed = parseJson(body);
  const entries = isRecord(parsed) ? Object.entries(parsed) : [];
  return new Map(entries.map(([name, value]) => [name, String(value)]));
}
