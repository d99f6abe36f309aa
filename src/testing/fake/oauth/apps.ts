import { ConfigError, type Problem } from '../../../errors/errors.ts';

/** An app that can be installed on the shops of a fake. */
export interface FakeAppOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Name of the app in `tokens` of a shop and in `calls`; calls of one app share a bucket. Default: `default` for the
   * first app, the client id for others.
   */
  readonly id?: string;
  /** Where it may be called back to, exactly. Default: any address of HTTP or HTTPS. */
  readonly redirectUris?: readonly string[];
  /** Scopes it is given where a request names none. Default all. */
  readonly scopes?: readonly string[];
}

/** An app of a fake. */
export interface FakeApp extends FakeAppOptions {
  readonly id: string;
}

/** The apps of a fake. */
export interface Apps {
  readonly all: readonly FakeApp[];
  find(clientId: string): FakeApp | undefined;
}

/** The app of a fake whose test names none. */
const defaultApp: FakeAppOptions = { clientId: 'fake-client-id', clientSecret: 'shpss_fake' };

/**
 * Makes the apps of a fake.
 *
 * @throws ConfigError for a client id or an id that is given twice, or a secret that is empty.
 */
export function createApps(options: readonly FakeAppOptions[] = [defaultApp]): Apps {
  const all = options.map((app, index) => ({ ...app, id: app.id ?? (index === 0 ? 'default' : app.clientId) }));
  const problems: Problem[] = [];
  for (const [index, { clientId, clientSecret, id }] of all.entries()) {
    const before = all.slice(0, index);
    const problem = (name: string, message: string): number =>
      problems.push({ field: `apps[${index}].${name}`, message });
    if (clientId === '') problem('clientId', 'is empty. Give any text.');
    if (clientSecret === '') problem('clientSecret', 'is empty. Give any text.');
    if (before.some((other) => other.clientId === clientId))
      problem('clientId', 'is given twice. Give each app its own.');
    if (before.some((other) => other.id === id)) problem('id', `"${id}" is given twice. Give each app its own.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const byClientId = new Map(all.map((app) => [app.clientId, app]));
  return { all, find: (clientId) => byClientId.get(clientId) };
}
