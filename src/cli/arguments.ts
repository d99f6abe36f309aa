import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigError } from '../errors/errors.ts';
import { similarName } from '../internal/names.ts';

/**
 * Reads the arguments of a command.
 *
 * @param command All words of the command, such as `fake compare`.
 * @throws ConfigError that names the problem and how to see the help.
 */
export function readArguments<const Config extends Omit<ParseArgsConfig, 'args' | 'strict'>>(
  command: string,
  args: readonly string[],
  config: Config,
) {
  try {
    return parseArgs<Config & { readonly args: string[]; readonly strict: true }>({
      ...config,
      args: [...args],
      strict: true,
    });
  } catch (error) {
    // Node's message continues with hints about its own API; the first sentence says what is wrong.
    const [sentence] = (error as Error).message.split(/\.\s|\n/);
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(sentence ?? '') ?? [];
    const nearest = unknown === undefined ? undefined : similarName(unknown, Object.keys(config.options ?? {}));
    const hint = nearest === undefined ? '' : ` Did you mean --${nearest}?`;
    throw wrong('arguments:', `${sentence}.${hint} Try: shopwright ${command} --help`);
  }
}

/** Creates the error for an argument, or for the file or value that it names. */
export const wrong = (field: string, message: string, cause?: unknown): ConfigError =>
  new ConfigError('Invalid configuration', { issues: [{ field, message }], ...(cause !== undefined && { cause }) });
