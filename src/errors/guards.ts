import type {
  AccessDeniedError,
  AuthenticationError,
  HttpError,
  InvalidResponseError,
  ShopUnavailableError,
  ThrottledError,
} from './answer.ts';
import { type ErrorCode, errorBrand, type ShopwrightError } from './base.ts';
import type { CircuitOpenError, NetworkError, OutcomeUnknownError, TimeoutError } from './connection.ts';
import type { ConfigError, LockLostError, QueueError, StorageError, ValidationError } from './errors.ts';
import type { GraphqlError, MaxCostError, ShopifyUserError } from './graphql.ts';

/** Whether a value is an error of this package, from whichever copy of the module. */
export function isShopwrightError(value: unknown): value is ShopwrightError {
  return typeof value === 'object' && value !== null && errorBrand in value;
}

export const guard =
  <E extends ShopwrightError>(...codes: readonly ErrorCode[]) =>
  (value: unknown): value is E =>
    isShopwrightError(value) && codes.includes(value.code);

export const isThrottledError: (value: unknown) => value is ThrottledError = guard('THROTTLED');

export const isHttpError: (value: unknown) => value is HttpError = guard('HTTP_ERROR');

export const isGraphqlError: (value: unknown) => value is GraphqlError = guard('GRAPHQL_ERROR');

export const isShopifyUserError: (value: unknown) => value is ShopifyUserError = guard('USER_ERROR');

export const isMaxCostError: (value: unknown) => value is MaxCostError = guard('MAX_COST_EXCEEDED');

export const isAuthenticationError: (value: unknown) => value is AuthenticationError = guard('AUTHENTICATION_FAILED');

export const isAccessDeniedError: (value: unknown) => value is AccessDeniedError = guard('ACCESS_DENIED');

export const isShopUnavailableError: (value: unknown) => value is ShopUnavailableError = guard('SHOP_UNAVAILABLE');

export const isNetworkError: (value: unknown) => value is NetworkError = guard('NETWORK_ERROR');

export const isTimeoutError: (value: unknown) => value is TimeoutError = guard('TIMEOUT', 'DEADLINE_EXCEEDED');

export const isCircuitOpenError: (value: unknown) => value is CircuitOpenError = guard('CIRCUIT_OPEN');

export const isOutcomeUnknownError: (value: unknown) => value is OutcomeUnknownError = guard('OUTCOME_UNKNOWN');

export const isInvalidResponseError: (value: unknown) => value is InvalidResponseError = guard('INVALID_RESPONSE');

export const isConfigError: (value: unknown) => value is ConfigError = guard('CONFIG_INVALID');

export const isValidationError: (value: unknown) => value is ValidationError = guard('VALIDATION_FAILED');

export const isStorageError: (value: unknown) => value is StorageError = guard('STORAGE_FAILED');

export const isLockLostError: (value: unknown) => value is LockLostError = guard('LOCK_LOST');

export const isQueueError: (value: unknown) => value is QueueError = guard('QUEUE_FAILED');
