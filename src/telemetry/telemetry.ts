import type { Logger } from '../ports/logger.ts';

/**
 * A logger that cannot break what it logs about: what the host's own throws is dropped, since there is
 * nobody left to tell. A call that Shopify has carried out must not fail for its log line.
 */
export function safeLogger(logger: Logger | undefined): Logger | undefined {
  if (!logger) return undefined;
  const safely =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // See above.
      }
    };
  return { debug: safely('debug'), info: safely('info'), warn: safely('warn'), error: safely('error') };
}
