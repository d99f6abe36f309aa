import type { Logger } from '../ports/logger.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Emit } from '../telemetry/telemetry.ts';

/** Looks at the version and deprecation headers of each answer. */
export interface ApiWatch {
  see(operation: string, headers: TransportResponse['headers']): void;
}

const rememberedNotices = 5000;

/**
 * Tells once when Shopify serves another API version than the one asked for (an expired version falls
 * forward without an error), and once for each operation that uses something deprecated.
 *
 * @param told What has been told, shared by all clients of the process.
 */
export function createApiWatch(
  shop: string,
  asked: string,
  told: Set<string>,
  emit: Emit,
  logger: Logger | undefined,
): ApiWatch {
  const once = (key: string): boolean => {
    if (told.has(key) || told.size >= rememberedNotices) return false;
    told.add(key);
    return true;
  };

  return {
    see(operation, headers) {
      const served = headers.get('x-shopify-api-version');
      if (served !== null && served !== asked && once(`${shop} version ${asked} ${served}`)) {
        emit({ type: 'api-version', shop, asked, served });
        logger?.warn(
          { shop, asked, served },
          `Shopify served API version ${served} instead of ${asked}; move to a supported version`,
        );
      }
      const reason = headers.get('x-shopify-api-deprecated-reason');
      if (reason !== null && once(`${shop} deprecation ${operation} ${reason}`)) {
        emit({ type: 'deprecation', shop, operation, reason });
        logger?.warn({ shop, operation, reason }, `${operation} uses something that Shopify has deprecated: ${reason}`);
      }
    },
  };
}
