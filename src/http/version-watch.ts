import { redactText } from '../internal/redact.ts';
import type { Logger } from '../ports/logger.ts';
import type { TransportResponse } from '../ports/transport.ts';
import type { Emit } from '../telemetry/telemetry.ts';

/** Looks at the version and deprecation headers of each response. */
export interface ApiWatch {
  see(operation: string, headers: TransportResponse['headers']): void;
}

const rememberedNotices = 5000;

/**
 * Reports once when Shopify serves another API version than the one asked for (an expired version falls
 * forward without an error), and once for each operation that uses something deprecated.
 *
 * @param noticed What was reported already, shared by all clients of the process.
 */
export function createApiWatch(
  shop: string,
  asked: string,
  noticed: Set<string>,
  emit: Emit | undefined,
  logger: Logger | undefined,
): ApiWatch {
  const isNew = (key: string): boolean => {
    if (noticed.has(key) || noticed.size >= rememberedNotices) return false;
    noticed.add(key);
    return true;
  };

  return {
    see(operation, headers) {
      const version = headers.get('x-shopify-api-version');
      if (version !== null && version !== asked && isNew(`${shop} version ${asked} ${version}`)) {
        const served = redactText(version);
        emit?.({ type: 'api-version', shop, asked, served });
        logger?.warn(
          { shop, asked, served },
          `Shopify served API version ${served} instead of ${asked}; move to a supported version`,
        );
      }
      const told = headers.get('x-shopify-api-deprecated-reason');
      if (told !== null && isNew(`${shop} deprecation ${operation} ${told}`)) {
        const reason = redactText(told);
        emit?.({ type: 'deprecation', shop, operation, reason });
        logger?.warn({ shop, operation, reason }, `${operation} uses something that Shopify has deprecated: ${reason}`);
      }
    },
  };
}
