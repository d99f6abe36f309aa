import type { Agent, Dispatcher } from 'undici';
import { ConfigError } from '../errors/errors.ts';

/** Settings of the agent that `undiciTransport` makes for itself. All may be left out. */
export interface UndiciAgentSettings {
  /** Connections that are open to one shop at the same time; further calls wait for one. Default: no limit. */
  readonly connections?: number;
  /**
   * Milliseconds that an idle connection is kept, where the server does not say. Shorter than the server's own
   * time: a call that meets the server's close ends with an unknown outcome. Default 4,000.
   */
  readonly keepAliveTimeoutMs?: number;
  /** Milliseconds for making a connection, 0 for no limit. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from the send to the headers, 0 for no limit. Default 300,000; `timeoutMs` of the client ends a call before. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds between two parts of a body, 0 for no limit. Default 300,000. */
  readonly bodyTimeoutMs?: number;
}

/** Options of `undiciTransport`: a dispatcher of the host's own, or settings for an agent that the transport makes. */
export type UndiciTransportOptions =
  | (UndiciAgentSettings & { readonly dispatcher?: undefined })
  | ({
      /**
       * Sends everything, in place of an own agent: a `ProxyAgent`, a `MockAgent`, or an `Agent` that the host
       * uses already. Its owner closes it. It must not retry and not follow redirects, or the client's promise
       * to send nothing twice is lost.
       */
      readonly dispatcher: Dispatcher;
    } & { readonly [K in keyof UndiciAgentSettings]?: undefined });

/**
 * The settings in undici's words.
 *
 * @throws ConfigError with all that does not fit.
 */
export function agentOptions(settings: UndiciAgentSettings): Agent.Options {
  const { connections, keepAliveTimeoutMs, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs } = settings;
  const least = { connections: 1, keepAliveTimeoutMs: 1, connectTimeoutMs: 0, headersTimeoutMs: 0, bodyTimeoutMs: 0 };
  const problems = Object.entries(least).flatMap(([field, smallest]) => {
    const value = settings[field as keyof typeof least];
    if (value === undefined || (Number.isSafeInteger(value) && value >= smallest)) return [];
    return [{ field: `undiciTransport.${field}`, message: `is ${value}. Give a whole number, ${smallest} or more.` }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    // HTTP/2 is off until undici 8; with all versions alike, a test of one speaks for the others.
    allowH2: false,
    ...(connections !== undefined && { connections }),
    ...(keepAliveTimeoutMs !== undefined && { keepAliveTimeout: keepAliveTimeoutMs }),
    ...(connectTimeoutMs !== undefined && { connectTimeout: connectTimeoutMs }),
    ...(headersTimeoutMs !== undefined && { headersTimeout: headersTimeoutMs }),
    ...(bodyTimeoutMs !== undefined && { bodyTimeout: bodyTimeoutMs }),
  };
}
