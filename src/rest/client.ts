import { ValidationError } from '../errors/errors.ts';
import { writeJson } from '../http/request-json.ts';
import { isRecord } from '../internal/json.ts';
import { lateModule } from '../internal/late-module.ts';
import type { RestClient, RestClientSettings, RestOptions } from './rest.ts';

/** Loaded with the first call: most hosts use GraphQL only. */
const loadRest = lateModule(() => import('./rest.ts'));

/** The REST client of one shop. */
export function createRestClient(settings: RestClientSettings): RestClient {
  const load = async () => (await loadRest()).createRestSender(settings);
  const send =
    (method: 'GET' | 'DELETE') =>
    async (path: string, options?: RestOptions): Promise<never> =>
      (await (await load()).send(method, path, undefined, options)) as never;
  const sendBody =
    (method: 'POST' | 'PUT') =>
    async (path: string, body: unknown, options?: RestOptions): Promise<never> => {
      // Written before any wait, because the host may change its object.
      const text = body === undefined ? undefined : bodyText(body);
      return (await (await load()).send(method, path, text, options)) as never;
    };
  return {
    get: send('GET'),
    post: sendBody('POST'),
    put: sendBody('PUT'),
    delete: send('DELETE'),
    async *pages(path, options) {
      yield* (await load()).pages(path, options);
    },
  };
}

function bodyText(body: unknown): string {
  if (isRecord(body) || Array.isArray(body)) return writeJson('body', body, true);
  const message = 'must be an object that JSON can represent, not a string or bytes.';
  throw new ValidationError('The call is invalid', { issues: [{ field: 'body', message }] });
}
