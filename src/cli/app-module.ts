import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';

/**
 * Loads `app` from the module that `--app` names.
 *
 * @throws ConfigError if the module cannot be loaded, or exports no `app`.
 */
export async function loadApp(file: string): Promise<Readonly<Record<string, unknown>>> {
  const wrong = (message: string): ConfigError =>
    new ConfigError('Invalid configuration', { issues: [{ field: '--app', message }] });
  const loaded: unknown = await import(pathToFileURL(resolve(file)).href).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw wrong(`is ${file}, which could not be loaded: ${reason}`);
  });
  const app = isRecord(loaded) ? loaded['app'] : undefined;
  if (!isRecord(app)) {
    throw wrong(`is ${file}, which exports no \`app\`. Export { clientId, clientSecret, tokens, store } as \`app\`.`);
  }
  return app;
}
