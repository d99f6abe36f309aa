// @ts-nocheck
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigError } from '../errors/errors.ts';

/**
 * Reads the arguments of a command.
 *
 * @param command With its words, such as `fake compare`.
 * @throws ConfigError that says what is wrong with them, and how to see the help.
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
    throw wrong('arguments:', `${sentence}. Try: shopwright ${command} --help`);
  }
}

/** The error of one argument, or of what it names. */
export const wrong = (field: string, message: string, cause?: unknown): ConfigError =>
  new ConfigError('Invalid configuration', { issues: [{ field, message }], ...(cause !== undefined && { cause }) });
