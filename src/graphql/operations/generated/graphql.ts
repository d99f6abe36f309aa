/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Gid, DateTime, Decimal, Money, UrlString, BigIntString } from './../../scalars.ts';
/** Internal type. The result and the variables of a document. */
interface DocumentTypeDecoration<TResult, TVariables> {
  __apiType?: (variables: TVariables) => TResult;
}
export type BarcodeInput = {
  type?: BarcodeType | null | undefined;
  value: string;
};

export type BarcodeType =
  | 'ASIN'
  | 'EAN'
  | 'GTIN'
  | 'ISBN'
  | 'UPC'
  | (string & {});

export type BulkMutationErrorCode =
  | 'INTERNAL_FILE_SERVER_ERROR'
  | 'INVALID_MUTATION'
  | 'INVALID_STAGED_UPLOAD_FILE'
  | 'LIMIT_REACHED'
  | 'NO_SUCH_FILE'
  | 'OPERATION_IN_PROGRESS'
  | (string & {});

export type BulkOperationErrorCode =
  | 'ACCESS_DENIED'
  | 'INTERNAL_SERVER_ERROR'
  | 'TIMEOUT'
  | (string & {});

export type BulkOperationStatus =
  | 'CANCELED'
  | 'CANCELING'
  | 'COMPLETED'
  | 'CREATED'
  | 'EXPIRED'
  | 'FAILED'
  | 'RUNNING'
  | (string & {});

export type BulkOperationType =
  | 'MUTATION'
  | 'QUERY'
  | (string & {});

export type BulkOperationUserErrorCode =
  | 'INVALID'
  | 'LIMIT_REACHED'
  | 'OPERATION_IN_PROGRESS'
  | (string & {});

export type CombinedListingsRole =
  | 'CHILD'
  | 'PARENT'
  | (string & {});

export type CountPrecision =
  | 'AT_LEAST'
  | 'EXACT'
  | (string & {});

export type CountryCode =
  | 'AC'
  | 'AD'
  | 'AE'
  | 'AF'
  | 'AG'
  | 'AI'
  | 'AL'
  | 'AM'
  | 'AN'
  | 'AO'
  | 'AR'
  | 'AT'
  | 'AU'
  | 'AW'
  | 'AX'
  | 'AZ'
  | 'BA'
  | 'BB'
  | 'BD'
  | 'BE'
  | 'BF'
  | 'BG'
  | 'BH'
  | 'BI'
  | 'BJ'
  | 'BL'
  | 'BM'
  | 'BN'
  | 'BO'
  | 'BQ'
  | 'BR'
  | 'BS'
  | 'BT'
  | 'BV'
  | 'BW'
  | 'BY'
  | 'BZ'
  | 'CA'
  | 'CC'
  | 'CD'
  | 'CF'
  | 'CG'
  | 'CH'
  | 'CI'
  | 'CK'
  | 'CL'
  | 'CM'
  | 'CN'
  | 'CO'
  | 'CR'
  | 'CU'
  | 'CV'
  | 'CW'
  | 'CX'
  | 'CY'
  | 'CZ'
  | 'DE'
  | 'DJ'
  | 'DK'
  | 'DM'
  | 'DO'
  | 'DZ'
  | 'EC'
  | 'EE'
  | 'EG'
  | 'EH'
  | 'ER'
  | 'ES'
  | 'ET'
  | 'FI'
  | 'FJ'
  | 'FK'
  | 'FO'
  | 'FR'
  | 'GA'
  | 'GB'
  | 'GD'
  | 'GE'
  | 'GF'
  | 'GG'
  | 'GH'
  | 'GI'
  | 'GL'
  | 'GM'
  | 'GN'
  | 'GP'
  | 'GQ'
  | 'GR'
  | 'GS'
  | 'GT'
  | 'GW'
  | 'GY'
  | 'HK'
  | 'HM'
  | 'HN'
  | 'HR'
  | 'HT'
  | 'HU'
  | 'ID'
  | 'IE'
  | 'IL'
  | 'IM'
  | 'IN'
  | 'IO'
  | 'IQ'
  | 'IR'
  | 'IS'
  | 'IT'
  | 'JE'
  | 'JM'
  | 'JO'
  | 'JP'
  | 'KE'
  | 'KG'
  | 'KH'
  | 'KI'
  | 'KM'
  | 'KN'
  | 'KP'
  | 'KR'
  | 'KW'
  | 'KY'
  | 'KZ'
  | 'LA'
  | 'LB'
  | 'LC'
  | 'LI'
  | 'LK'
  | 'LR'
  | 'LS'
  | 'LT'
  | 'LU'
  | 'LV'
  | 'LY'
  | 'MA'
  | 'MC'
  | 'MD'
  | 'ME'
  | 'MF'
  | 'MG'
  | 'MK'
  | 'ML'
  | 'MM'
  | 'MN'
  | 'MO'
  | 'MQ'
  | 'MR'
  | 'MS'
  | 'MT'
  | 'MU'
  | 'MV'
  | 'MW'
  | 'MX'
  | 'MY'
  | 'MZ'
  | 'NA'
  | 'NC'
  | 'NE'
  | 'NF'
  | 'NG'
  | 'NI'
  | 'NL'
  | 'NO'
  | 'NP'
  | 'NR'
  | 'NU'
  | 'NZ'
  | 'OM'
  | 'PA'
  | 'PE'
  | 'PF'
  | 'PG'
  | 'PH'
  | 'PK'
  | 'PL'
  | 'PM'
  | 'PN'
  | 'PS'
  | 'PT'
  | 'PY'
  | 'QA'
  | 'RE'
  | 'RO'
  | 'RS'
  | 'RU'
  | 'RW'
  | 'SA'
  | 'SB'
  | 'SC'
  | 'SD'
  | 'SE'
  | 'SG'
  | 'SH'
  | 'SI'
  | 'SJ'
  | 'SK'
  | 'SL'
  | 'SM'
  | 'SN'
  | 'SO'
  | 'SR'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'SX'
  | 'SY'
  | 'SZ'
  | 'TA'
  | 'TC'
  | 'TD'
  | 'TF'
  | 'TG'
  | 'TH'
  | 'TJ'
  | 'TK'
  | 'TL'
  | 'TM'
  | 'TN'
  | 'TO'
  | 'TR'
  | 'TT'
  | 'TV'
  | 'TW'
  | 'TZ'
  | 'UA'
  | 'UG'
  | 'UM'
  | 'US'
  | 'UY'
  | 'UZ'
  | 'VA'
  | 'VC'
  | 'VE'
  | 'VG'
  | 'VN'
  | 'VU'
  | 'WF'
  | 'WS'
  | 'XK'
  | 'YE'
  | 'YT'
  | 'ZA'
  | 'ZM'
  | 'ZW'
  | 'ZZ'
  | (string & {});

export type CountryHarmonizedSystemCodeInput = {
  countryCode?: CountryCode | null | undefined;
  harmonizedSystemCode: string;
};

export type CreateMediaInput = {
  alt?: string | null | undefined;
  mediaContentType: MediaContentType;
  originalSource: string;
};

export type CurrencyCode =
  | 'AED'
  | 'AFN'
  | 'ALL'
  | 'AMD'
  | 'ANG'
  | 'AOA'
  | 'ARS'
  | 'AUD'
  | 'AWG'
  | 'AZN'
  | 'BAM'
  | 'BBD'
  | 'BDT'
  | 'BGN'
  | 'BHD'
  | 'BIF'
  | 'BMD'
  | 'BND'
  | 'BOB'
  | 'BRL'
  | 'BSD'
  | 'BTN'
  | 'BWP'
  | 'BYN'
  | 'BYR'
  | 'BZD'
  | 'CAD'
  | 'CDF'
  | 'CHF'
  | 'CLP'
  | 'CNY'
  | 'COP'
  | 'CRC'
  | 'CVE'
  | 'CZK'
  | 'DJF'
  | 'DKK'
  | 'DOP'
  | 'DZD'
  | 'EGP'
  | 'ERN'
  | 'ETB'
  | 'EUR'
  | 'FJD'
  | 'FKP'
  | 'GBP'
  | 'GEL'
  | 'GHS'
  | 'GIP'
  | 'GMD'
  | 'GNF'
  | 'GTQ'
  | 'GYD'
  | 'HKD'
  | 'HNL'
  | 'HRK'
  | 'HTG'
  | 'HUF'
  | 'IDR'
  | 'ILS'
  | 'INR'
  | 'IQD'
  | 'IRR'
  | 'ISK'
  | 'JEP'
  | 'JMD'
  | 'JOD'
  | 'JPY'
  | 'KES'
  | 'KGS'
  | 'KHR'
  | 'KID'
  | 'KMF'
  | 'KRW'
  | 'KWD'
  | 'KYD'
  | 'KZT'
  | 'LAK'
  | 'LBP'
  | 'LKR'
  | 'LRD'
  | 'LSL'
  | 'LTL'
  | 'LVL'
  | 'LYD'
  | 'MAD'
  | 'MDL'
  | 'MGA'
  | 'MKD'
  | 'MMK'
  | 'MNT'
  | 'MOP'
  | 'MRU'
  | 'MUR'
  | 'MVR'
  | 'MWK'
  | 'MXN'
  | 'MYR'
  | 'MZN'
  | 'NAD'
  | 'NGN'
  | 'NIO'
  | 'NOK'
  | 'NPR'
  | 'NZD'
  | 'OMR'
  | 'PAB'
  | 'PEN'
  | 'PGK'
  | 'PHP'
  | 'PKR'
  | 'PLN'
  | 'PYG'
  | 'QAR'
  | 'RON'
  | 'RSD'
  | 'RUB'
  | 'RWF'
  | 'SAR'
  | 'SBD'
  | 'SCR'
  | 'SDG'
  | 'SEK'
  | 'SGD'
  | 'SHP'
  | 'SLL'
  | 'SOS'
  | 'SRD'
  | 'SSP'
  | 'STD'
  | 'STN'
  | 'SYP'
  | 'SZL'
  | 'THB'
  | 'TJS'
  | 'TMT'
  | 'TND'
  | 'TOP'
  | 'TRY'
  | 'TTD'
  | 'TWD'
  | 'TZS'
  | 'UAH'
  | 'UGX'
  | 'USD'
  | 'USDC'
  | 'UYU'
  | 'UZS'
  | 'VED'
  | 'VEF'
  | 'VES'
  | 'VND'
  | 'VUV'
  | 'WST'
  | 'XAF'
  | 'XCD'
  | 'XOF'
  | 'XPF'
  | 'XXX'
  | 'YER'
  | 'ZAR'
  | 'ZMW'
  | (string & {});

export type FileContentType =
  | 'EXTERNAL_VIDEO'
  | 'FILE'
  | 'IMAGE'
  | 'MODEL_3D'
  | 'VIDEO'
  | (string & {});

export type FileCreateInput = {
  alt?: string | null | undefined;
  contentType?: FileContentType | null | undefined;
  duplicateResolutionMode?: FileCreateInputDuplicateResolutionMode | null | undefined;
  filename?: string | null | undefined;
  originalSource: string;
};

export type FileCreateInputDuplicateResolutionMode =
  | 'APPEND_UUID'
  | 'RAISE_ERROR'
  | 'REPLACE'
  | (string & {});

export type FileErrorCode =
  | 'DUPLICATE_FILENAME_ERROR'
  | 'EXTERNAL_VIDEO_EMBED_DISABLED'
  | 'EXTERNAL_VIDEO_EMBED_NOT_FOUND_OR_TRANSCODING'
  | 'EXTERNAL_VIDEO_INVALID_ASPECT_RATIO'
  | 'EXTERNAL_VIDEO_NOT_FOUND'
  | 'EXTERNAL_VIDEO_UNLISTED'
  | 'FILE_STORAGE_LIMIT_EXCEEDED'
  | 'GENERIC_FILE_DOWNLOAD_FAILURE'
  | 'GENERIC_FILE_INVALID_SIZE'
  | 'IMAGE_DOWNLOAD_FAILURE'
  | 'IMAGE_PROCESSING_FAILURE'
  | 'INVALID_IMAGE_ASPECT_RATIO'
  | 'INVALID_IMAGE_FILE_SIZE'
  | 'INVALID_IMAGE_RESOLUTION'
  | 'INVALID_SIGNED_URL'
  | 'MEDIA_TIMEOUT_ERROR'
  | 'MODEL3D_GLB_OUTPUT_CREATION_ERROR'
  | 'MODEL3D_GLB_TO_USDZ_CONVERSION_ERROR'
  | 'MODEL3D_PROCESSING_FAILURE'
  | 'MODEL3D_THUMBNAIL_GENERATION_ERROR'
  | 'MODEL3D_THUMBNAIL_REGENERATION_ERROR'
  | 'MODEL3D_VALIDATION_ERROR'
  | 'UNKNOWN'
  | 'UNSUPPORTED_IMAGE_FILE_TYPE'
  | 'VIDEO_INVALID_FILETYPE_ERROR'
  | 'VIDEO_MAX_DURATION_ERROR'
  | 'VIDEO_MAX_HEIGHT_ERROR'
  | 'VIDEO_MAX_WIDTH_ERROR'
  | 'VIDEO_METADATA_READ_ERROR'
  | 'VIDEO_MIN_DURATION_ERROR'
  | 'VIDEO_MIN_HEIGHT_ERROR'
  | 'VIDEO_MIN_WIDTH_ERROR'
  | 'VIDEO_VALIDATION_ERROR'
  | (string & {});

export type FileSetInput = {
  alt?: string | null | undefined;
  contentType?: FileContentType | null | undefined;
  duplicateResolutionMode?: FileCreateInputDuplicateResolutionMode | null | undefined;
  filename?: string | null | undefined;
  id?: string | null | undefined;
  originalSource?: string | null | undefined;
};

export type FileStatus =
  | 'FAILED'
  | 'PROCESSING'
  | 'READY'
  | 'UPLOADED'
  | (string & {});

export type FileUpdateInput = {
  alt?: string | null | undefined;
  filename?: string | null | undefined;
  id: string;
  originalSource?: string | null | undefined;
  previewImageSource?: string | null | undefined;
  referencesToAdd?: Array<string> | null | undefined;
  referencesToRemove?: Array<string> | null | undefined;
};

export type FilesErrorCode =
  | 'ALT_VALUE_LIMIT_EXCEEDED'
  | 'BLANK_SEARCH'
  | 'FILENAME_ALREADY_EXISTS'
  | 'FILE_DOES_NOT_EXIST'
  | 'FILE_LOCKED'
  | 'INVALID'
  | 'INVALID_DUPLICATE_MODE_FOR_TYPE'
  | 'INVALID_DUPLICATE_RESOLUTION_MODE'
  | 'INVALID_FAILED_MEDIA_STATE'
  | 'INVALID_FILENAME'
  | 'INVALID_FILENAME_EXTENSION'
  | 'INVALID_IMAGE_SOURCE_URL'
  | 'INVALID_QUERY'
  | 'MEDIA_CANNOT_BE_MODIFIED'
  | 'MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE'
  | 'MISSING_ARGUMENTS'
  | 'MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE'
  | 'NON_IMAGE_MEDIA_PER_SHOP_LIMIT_EXCEEDED'
  | 'NON_READY_STATE'
  | 'PRODUCT_MEDIA_LIMIT_EXCEEDED'
  | 'PRODUCT_SUSPENDED'
  | 'REFERENCE_TARGET_DOES_NOT_EXIST'
  | 'TOO_MANY_ARGUMENTS'
  | 'TOO_MANY_FILE_REFERENCE'
  | 'UNACCEPTABLE_ASSET'
  | 'UNACCEPTABLE_TRIAL_ASSET'
  | 'UNACCEPTABLE_UNVERIFIED_TRIAL_ASSET'
  | 'UNSUPPORTED_FILE_REFERENCE'
  | 'UNSUPPORTED_MEDIA_TYPE_FOR_FILENAME_UPDATE'
  | (string & {});

export type HasMetafieldsMetafieldIdentifierInput = {
  key: string;
  namespace?: string | null | undefined;
};

export type InventoryAdjustQuantitiesInput = {
  changes: Array<InventoryChangeInput>;
  name: string;
  reason: string;
  referenceDocumentUri?: string | null | undefined;
};

export type InventoryAdjustQuantitiesUserErrorCode =
  | 'ADJUST_QUANTITIES_FAILED'
  | 'CHANGE_FROM_QUANTITY_STALE'
  | 'IDEMPOTENCY_CONCURRENT_REQUEST'
  | 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH'
  | 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'
  | 'INTERNAL_LEDGER_DOCUMENT'
  | 'INVALID_AVAILABLE_DOCUMENT'
  | 'INVALID_INVENTORY_ITEM'
  | 'INVALID_LEDGER_DOCUMENT'
  | 'INVALID_LOCATION'
  | 'INVALID_QUANTITY_DOCUMENT'
  | 'INVALID_QUANTITY_NAME'
  | 'INVALID_QUANTITY_TOO_HIGH'
  | 'INVALID_QUANTITY_TOO_LOW'
  | 'INVALID_REASON'
  | 'INVALID_REFERENCE_DOCUMENT'
  | 'MAX_ONE_LEDGER_DOCUMENT'
  | 'NON_MUTABLE_INVENTORY_ITEM'
  | 'SERVICE_UNAVAILABLE'
  | (string & {});

export type InventoryAdjustmentInput = {
  adjustment?: number | null | undefined;
  changeFromQuantity?: number | null | undefined;
  locationId: string;
};

export type InventoryChangeInput = {
  changeFromQuantity?: number | null | undefined;
  delta: number;
  inventoryItemId: string;
  ledgerDocumentUri?: string | null | undefined;
  locationId: string;
};

export type InventoryItemInput = {
  cost?: Decimal | null | undefined;
  countryCodeOfOrigin?: CountryCode | null | undefined;
  countryHarmonizedSystemCodes?: Array<CountryHarmonizedSystemCodeInput> | null | undefined;
  harmonizedSystemCode?: string | null | undefined;
  measurement?: InventoryItemMeasurementInput | null | undefined;
  provinceCodeOfOrigin?: string | null | undefined;
  requiresShipping?: boolean | null | undefined;
  sku?: string | null | undefined;
  tracked?: boolean | null | undefined;
};

export type InventoryItemMeasurementInput = {
  shippingPackageId?: string | null | undefined;
  weight?: WeightInput | null | undefined;
};

export type InventoryLevelInput = {
  availableQuantity: number;
  locationId: string;
};

export type InventoryQuantityInput = {
  changeFromQuantity?: number | null | undefined;
  inventoryItemId: string;
  locationId: string;
  quantity: number;
};

export type InventorySetQuantitiesInput = {
  name: string;
  quantities: Array<InventoryQuantityInput>;
  reason: string;
  referenceDocumentUri?: string | null | undefined;
};

export type InventorySetQuantitiesUserErrorCode =
  | 'CHANGE_FROM_QUANTITY_STALE'
  | 'COMPARE_QUANTITY_REQUIRED'
  | 'COMPARE_QUANTITY_STALE'
  | 'IDEMPOTENCY_CONCURRENT_REQUEST'
  | 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH'
  | 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'
  | 'INVALID_INVENTORY_ITEM'
  | 'INVALID_LOCATION'
  | 'INVALID_NAME'
  | 'INVALID_QUANTITY_NEGATIVE'
  | 'INVALID_QUANTITY_TOO_HIGH'
  | 'INVALID_QUANTITY_TOO_LOW'
  | 'INVALID_REASON'
  | 'INVALID_REFERENCE_DOCUMENT'
  | 'NON_MUTABLE_INVENTORY_ITEM'
  | 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'
  | (string & {});

export type LinkedMetafieldCreateInput = {
  key: string;
  namespace: string;
  values?: Array<string> | null | undefined;
};

export type LinkedMetafieldUpdateInput = {
  key: string;
  namespace: string;
};

export type MediaContentType =
  | 'EXTERNAL_VIDEO'
  | 'IMAGE'
  | 'MODEL_3D'
  | 'VIDEO'
  | (string & {});

export type MediaStatus =
  | 'FAILED'
  | 'PROCESSING'
  | 'READY'
  | 'UPLOADED'
  | (string & {});

export type MediaUserErrorCode =
  | 'BLANK'
  | 'INVALID'
  | 'INVALID_MEDIA_TYPE'
  | 'MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED'
  | 'MEDIA_CANNOT_BE_MODIFIED'
  | 'MEDIA_DOES_NOT_EXIST'
  | 'MEDIA_DOES_NOT_EXIST_ON_PRODUCT'
  | 'MEDIA_IS_NOT_ATTACHED_TO_VARIANT'
  | 'MISSING_ARGUMENTS'
  | 'MODEL3D_THROTTLE_EXCEEDED'
  | 'MODEL3D_VALIDATION_ERROR'
  | 'NON_READY_MEDIA'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_MEDIA_LIMIT_EXCEEDED'
  | 'PRODUCT_SUSPENDED'
  | 'PRODUCT_VARIANT_ALREADY_HAS_MEDIA'
  | 'PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT'
  | 'PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES'
  | 'SHOP_MEDIA_LIMIT_EXCEEDED'
  | 'TOO_MANY_MEDIA_PER_INPUT_PAIR'
  | 'VIDEO_THROTTLE_EXCEEDED'
  | 'VIDEO_VALIDATION_ERROR'
  | (string & {});

export type MetafieldAccessInput = {
  admin?: MetafieldAdminAccessInput | null | undefined;
  customerAccount?: MetafieldCustomerAccountAccessInput | null | undefined;
  storefront?: MetafieldStorefrontAccessInput | null | undefined;
};

export type MetafieldAdminAccessInput =
  | 'MERCHANT_READ'
  | 'MERCHANT_READ_WRITE'
  | (string & {});

export type MetafieldCapabilityAdminFilterableInput = {
  enabled: boolean;
};

export type MetafieldCapabilityAnalyticsQueryableInput = {
  enabled: boolean;
};

export type MetafieldCapabilityCartToOrderCopyableInput = {
  enabled: boolean;
};

export type MetafieldCapabilityCreateInput = {
  adminFilterable?: MetafieldCapabilityAdminFilterableInput | null | undefined;
  analyticsQueryable?: MetafieldCapabilityAnalyticsQueryableInput | null | undefined;
  cartToOrderCopyable?: MetafieldCapabilityCartToOrderCopyableInput | null | undefined;
  smartCollectionCondition?: MetafieldCapabilitySmartCollectionConditionInput | null | undefined;
  uniqueValues?: MetafieldCapabilityUniqueValuesInput | null | undefined;
};

export type MetafieldCapabilitySmartCollectionConditionInput = {
  enabled: boolean;
};

export type MetafieldCapabilityUniqueValuesInput = {
  enabled: boolean;
};

export type MetafieldCustomerAccountAccessInput =
  | 'NONE'
  | 'READ'
  | 'READ_WRITE'
  | (string & {});

export type MetafieldDefinitionConstraintsInput = {
  key: string;
  values: Array<string>;
};

export type MetafieldDefinitionCreateUserErrorCode =
  | 'ADMIN_ACCESS_INPUT_NOT_ALLOWED'
  | 'BLANK'
  | 'CAPABILITY_REQUIRED_BUT_DISABLED'
  | 'DUPLICATE_OPTION'
  | 'INCLUSION'
  | 'INVALID'
  | 'INVALID_CAPABILITY'
  | 'INVALID_CHARACTER'
  | 'INVALID_CONSTRAINTS'
  | 'INVALID_INPUT_COMBINATION'
  | 'INVALID_OPTION'
  | 'LIMIT_EXCEEDED'
  | 'OWNER_TYPE_LIMIT_EXCEEDED_FOR_AUTOMATED_COLLECTIONS'
  | 'OWNER_TYPE_LIMIT_EXCEEDED_FOR_USE_AS_ADMIN_FILTERS'
  | 'PINNED_LIMIT_REACHED'
  | 'PRESENT'
  | 'RESERVED_NAMESPACE_KEY'
  | 'RESOURCE_TYPE_LIMIT_EXCEEDED'
  | 'RESOURCE_TYPE_LIMIT_EXCEEDED_BY_APP'
  | 'TAKEN'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'TYPE_NOT_ALLOWED_FOR_CONDITIONS'
  | 'UNSTRUCTURED_ALREADY_EXISTS'
  | 'UNSUPPORTED_PINNING'
  | (string & {});

export type MetafieldDefinitionInput = {
  access?: MetafieldAccessInput | null | undefined;
  capabilities?: MetafieldCapabilityCreateInput | null | undefined;
  constraints?: MetafieldDefinitionConstraintsInput | null | undefined;
  description?: string | null | undefined;
  key: string;
  name: string;
  namespace?: string | null | undefined;
  ownerType: MetafieldOwnerType;
  pin?: boolean | null | undefined;
  type: string;
  /** @deprecated Field no longer supported */
  useAsCollectionCondition?: boolean | null | undefined;
  validations?: Array<MetafieldDefinitionValidationInput> | null | undefined;
};

export type MetafieldDefinitionValidationInput = {
  name: string;
  value: string;
};

export type MetafieldIdentifierInput = {
  key: string;
  namespace: string;
  ownerId: string;
};

export type MetafieldInput = {
  id?: string | null | undefined;
  key?: string | null | undefined;
  namespace?: string | null | undefined;
  type?: string | null | undefined;
  value?: string | null | undefined;
};

export type MetafieldOwnerType =
  | 'API_PERMISSION'
  | 'ARTICLE'
  | 'BLOG'
  | 'CARTTRANSFORM'
  | 'COLLECTION'
  | 'COMPANY'
  | 'COMPANY_LOCATION'
  | 'CUSTOMER'
  | 'DELIVERY_CUSTOMIZATION'
  | 'DISCOUNT'
  | 'DRAFTORDER'
  | 'FULFILLMENT_CONSTRAINT_RULE'
  | 'GIFT_CARD_TRANSACTION'
  | 'LOCATION'
  | 'MARKET'
  | 'MEDIA_IMAGE'
  | 'ORDER'
  | 'ORDER_ROUTING_LOCATION_RULE'
  | 'PAGE'
  | 'PAYMENT_CUSTOMIZATION'
  | 'PRODUCT'
  | 'PRODUCTVARIANT'
  | 'SELLING_PLAN'
  | 'SHOP'
  | 'TRANSFER'
  | 'VALIDATION'
  | (string & {});

export type MetafieldStorefrontAccessInput =
  | 'NONE'
  | 'PUBLIC_READ'
  | (string & {});

export type MetafieldsSetInput = {
  compareDigest?: string | null | undefined;
  key: string;
  namespace?: string | null | undefined;
  ownerId: string;
  type?: string | null | undefined;
  value: string;
};

export type MetafieldsSetUserErrorCode =
  | 'APP_NOT_AUTHORIZED'
  | 'BLANK'
  | 'CAPABILITY_VIOLATION'
  | 'INCLUSION'
  | 'INTERNAL_ERROR'
  | 'INVALID'
  | 'INVALID_COMPARE_DIGEST'
  | 'INVALID_TYPE'
  | 'INVALID_VALUE'
  | 'LESS_THAN_OR_EQUAL_TO'
  | 'PRESENT'
  | 'STALE_OBJECT'
  | 'TAKEN'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | (string & {});

export type MetaobjectHandleInput = {
  handle: string;
  type: string;
};

export type MoveInput = {
  id: string;
  newPosition: BigIntString;
};

export type OptionCreateInput = {
  linkedMetafield?: LinkedMetafieldCreateInput | null | undefined;
  name?: string | null | undefined;
  position?: number | null | undefined;
  values?: Array<OptionValueCreateInput> | null | undefined;
};

export type OptionReorderInput = {
  id?: string | null | undefined;
  name?: string | null | undefined;
  values?: Array<OptionValueReorderInput> | null | undefined;
};

export type OptionSetInput = {
  id?: string | null | undefined;
  linkedMetafield?: LinkedMetafieldCreateInput | null | undefined;
  name?: string | null | undefined;
  position?: number | null | undefined;
  values?: Array<OptionValueSetInput> | null | undefined;
};

export type OptionUpdateInput = {
  id: string;
  linkedMetafield?: LinkedMetafieldUpdateInput | null | undefined;
  name?: string | null | undefined;
  position?: number | null | undefined;
};

export type OptionValueCreateInput = {
  linkedMetafieldValue?: string | null | undefined;
  name?: string | null | undefined;
};

export type OptionValueReorderInput = {
  id?: string | null | undefined;
  name?: string | null | undefined;
};

export type OptionValueSetInput = {
  id?: string | null | undefined;
  name?: string | null | undefined;
};

export type OptionValueUpdateInput = {
  id: string;
  linkedMetafieldValue?: string | null | undefined;
  name?: string | null | undefined;
};

export type ProductClaimOwnershipInput = {
  bundles?: boolean | null | undefined;
};

export type ProductIdentifierInput =
  {   customId: UniqueMetafieldValueInput; handle?: never; id?: never; }
  |  { customId?: never;   handle: string; id?: never; }
  |  { customId?: never; handle?: never;   id: string; };

export type ProductOptionUpdateUserErrorCode =
  | 'CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES'
  | 'CANNOT_CREATE_VARIANTS_ABOVE_LIMIT'
  | 'CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION'
  | 'CANNOT_DELETE_VARIANT_WITHOUT_PERMISSION'
  | 'CANNOT_LEAVE_OPTIONS_WITHOUT_VARIANTS'
  | 'CANNOT_MAKE_CHANGES_IF_VARIANT_IS_MISSING_REQUIRED_SKU'
  | 'DUPLICATED_OPTION_VALUE'
  | 'DUPLICATE_LINKED_OPTION'
  | 'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION'
  | 'INVALID_NAME'
  | 'INVALID_POSITION'
  | 'KEY_MISSING_IN_INPUT'
  | 'LINKED_METAFIELD_DEFINITION_NOT_FOUND'
  | 'LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP'
  | 'LINKED_OPTION_UPDATE_MISSING_VALUES'
  | 'NO_KEY_ON_CREATE'
  | 'OPTION_ALREADY_EXISTS'
  | 'OPTION_DOES_NOT_EXIST'
  | 'OPTION_LINKED_METAFIELD_ALREADY_TAKEN'
  | 'OPTION_NAME_TOO_LONG'
  | 'OPTION_VALUES_OVER_LIMIT'
  | 'OPTION_VALUE_ALREADY_EXISTS'
  | 'OPTION_VALUE_CONFLICTING_OPERATION'
  | 'OPTION_VALUE_DOES_NOT_EXIST'
  | 'OPTION_VALUE_HAS_VARIANTS'
  | 'OPTION_VALUE_NAME_TOO_LONG'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'TOO_MANY_VARIANTS_CREATED'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | (string & {});

export type ProductOptionsCreateUserErrorCode =
  | 'CANNOT_COMBINE_LINKED_METAFIELD_AND_OPTION_VALUES'
  | 'CANNOT_MAKE_CHANGES_IF_VARIANT_IS_MISSING_REQUIRED_SKU'
  | 'DUPLICATED_OPTION_NAME'
  | 'DUPLICATED_OPTION_VALUE'
  | 'DUPLICATE_LINKED_OPTION'
  | 'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION'
  | 'INVALID_NAME'
  | 'LINKED_METAFIELD_DEFINITION_NOT_FOUND'
  | 'LINKED_METAFIELD_VALUE_WITHOUT_LINKED_OPTION'
  | 'LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP'
  | 'MISSING_METAFIELD_VALUES_FOR_LINKED_OPTION'
  | 'NEW_OPTION_WITHOUT_VALUE_FOR_EXISTING_VARIANTS'
  | 'OPTIONS_OVER_LIMIT'
  | 'OPTION_ALREADY_EXISTS'
  | 'OPTION_LINKED_METAFIELD_ALREADY_TAKEN'
  | 'OPTION_NAME_MISSING'
  | 'OPTION_NAME_TOO_LONG'
  | 'OPTION_POSITION_MISSING'
  | 'OPTION_VALUES_MISSING'
  | 'OPTION_VALUES_OVER_LIMIT'
  | 'OPTION_VALUE_NAME_TOO_LONG'
  | 'POSITION_OUT_OF_BOUNDS'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'TOO_MANY_VARIANTS_CREATED'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | (string & {});

export type ProductOptionsDeleteUserErrorCode =
  | 'CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES'
  | 'CANNOT_DELETE_VARIANT_WITHOUT_PERMISSION'
  | 'CANNOT_MAKE_CHANGES_IF_VARIANT_IS_MISSING_REQUIRED_SKU'
  | 'CANNOT_USE_NON_DESTRUCTIVE_STRATEGY'
  | 'OPTIONS_DO_NOT_BELONG_TO_THE_SAME_PRODUCT'
  | 'OPTION_DOES_NOT_EXIST'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | (string & {});

export type ProductOptionsReorderUserErrorCode =
  | 'CANNOT_MAKE_CHANGES_IF_VARIANT_IS_MISSING_REQUIRED_SKU'
  | 'DUPLICATED_OPTION_NAME'
  | 'DUPLICATED_OPTION_VALUE'
  | 'MISSING_OPTION_NAME'
  | 'MISSING_OPTION_VALUE'
  | 'MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED'
  | 'NO_KEY_ON_REORDER'
  | 'OPTION_ID_DOES_NOT_EXIST'
  | 'OPTION_NAME_DOES_NOT_EXIST'
  | 'OPTION_VALUE_DOES_NOT_EXIST'
  | 'OPTION_VALUE_ID_DOES_NOT_EXIST'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | (string & {});

export type ProductSetIdentifiers =
  {   customId: UniqueMetafieldValueInput; handle?: never; id?: never; }
  |  { customId?: never;   handle: string; id?: never; }
  |  { customId?: never; handle?: never;   id: string; };

export type ProductSetInput = {
  category?: string | null | undefined;
  claimOwnership?: ProductClaimOwnershipInput | null | undefined;
  collections?: Array<string> | null | undefined;
  combinedListingRole?: CombinedListingsRole | null | undefined;
  descriptionHtml?: string | null | undefined;
  files?: Array<FileSetInput> | null | undefined;
  giftCard?: boolean | null | undefined;
  giftCardTemplateSuffix?: string | null | undefined;
  handle?: string | null | undefined;
  /** @deprecated Field no longer supported */
  id?: string | null | undefined;
  metafields?: Array<MetafieldInput> | null | undefined;
  productOptions?: Array<OptionSetInput> | null | undefined;
  productType?: string | null | undefined;
  redirectNewHandle?: boolean | null | undefined;
  requiresSellingPlan?: boolean | null | undefined;
  seo?: SeoInput | null | undefined;
  status?: ProductStatus | null | undefined;
  tags?: Array<string> | null | undefined;
  templateSuffix?: string | null | undefined;
  title?: string | null | undefined;
  variants?: Array<ProductVariantSetInput> | null | undefined;
  vendor?: string | null | undefined;
};

export type ProductSetInventoryInput = {
  locationId: string;
  name: string;
  quantity: number;
};

export type ProductSetUserErrorCode =
  | 'CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES'
  | 'CAPABILITY_VIOLATION'
  | 'DUPLICATED_METAFIELD_VALUE'
  | 'DUPLICATED_OPTION_NAME'
  | 'DUPLICATED_OPTION_VALUE'
  | 'DUPLICATED_VALUE'
  | 'DUPLICATE_LINKED_OPTION'
  | 'GENERIC_ERROR'
  | 'GIFT_CARDS_NOT_ACTIVATED'
  | 'GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED'
  | 'HANDLE_NOT_UNIQUE'
  | 'ID_NOT_ALLOWED'
  | 'INPUT_MISMATCH'
  | 'INVALID_INPUT'
  | 'INVALID_METAFIELD'
  | 'INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION'
  | 'INVALID_PRODUCT'
  | 'INVALID_VARIANT'
  | 'INVENTORY_QUANTITIES_LIMIT_EXCEEDED'
  | 'JOB_ERROR'
  | 'LINKED_METAFIELD_DEFINITION_NOT_FOUND'
  | 'LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP'
  | 'METAFIELD_MISMATCH'
  | 'MISSING_FIELD_REQUIRED'
  | 'NOT_FOUND'
  | 'OPTIONS_OVER_LIMIT'
  | 'OPTION_DOES_NOT_EXIST'
  | 'OPTION_VALUES_MISSING'
  | 'OPTION_VALUES_OVER_LIMIT'
  | 'OPTION_VALUE_DOES_NOT_EXIST'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_OPTIONS_INPUT_MISSING'
  | 'PRODUCT_SUSPENDED'
  | 'PRODUCT_VARIANT_DOES_NOT_EXIST'
  | 'VARIANTS_INPUT_MISSING'
  | 'VARIANTS_OVER_LIMIT'
  | (string & {});

export type ProductStatus =
  | 'ACTIVE'
  | 'ARCHIVED'
  | 'DRAFT'
  | 'UNLISTED'
  | (string & {});

export type ProductUpdateInput = {
  category?: string | null | undefined;
  collectionsToJoin?: Array<string> | null | undefined;
  collectionsToLeave?: Array<string> | null | undefined;
  deleteConflictingConstrainedMetafields?: boolean | null | undefined;
  descriptionHtml?: string | null | undefined;
  giftCardTemplateSuffix?: string | null | undefined;
  handle?: string | null | undefined;
  id?: string | null | undefined;
  metafields?: Array<MetafieldInput> | null | undefined;
  productType?: string | null | undefined;
  redirectNewHandle?: boolean | null | undefined;
  requiresSellingPlan?: boolean | null | undefined;
  seo?: SeoInput | null | undefined;
  status?: ProductStatus | null | undefined;
  tags?: Array<string> | null | undefined;
  templateSuffix?: string | null | undefined;
  title?: string | null | undefined;
  vendor?: string | null | undefined;
};

export type ProductVariantInventoryPolicy =
  | 'CONTINUE'
  | 'DENY'
  | (string & {});

export type ProductVariantPositionInput = {
  id: string;
  position: number;
};

export type ProductVariantSetInput = {
  barcode?: string | null | undefined;
  barcodes?: Array<BarcodeInput> | null | undefined;
  compareAtPrice?: Money | null | undefined;
  file?: FileSetInput | null | undefined;
  id?: string | null | undefined;
  inventoryItem?: InventoryItemInput | null | undefined;
  inventoryPolicy?: ProductVariantInventoryPolicy | null | undefined;
  inventoryQuantities?: Array<ProductSetInventoryInput> | null | undefined;
  metafields?: Array<MetafieldInput> | null | undefined;
  optionValues: Array<VariantOptionValueInput>;
  position?: number | null | undefined;
  price?: Money | null | undefined;
  published?: boolean | null | undefined;
  requiresComponents?: boolean | null | undefined;
  showUnitPrice?: boolean | null | undefined;
  sku?: string | null | undefined;
  taxCode?: string | null | undefined;
  taxable?: boolean | null | undefined;
  unitPriceMeasurement?: UnitPriceMeasurementInput | null | undefined;
};

export type ProductVariantsBulkCreateStrategy =
  | 'DEFAULT'
  | 'PRESERVE_STANDALONE_VARIANT'
  | 'REMOVE_STANDALONE_VARIANT'
  | (string & {});

export type ProductVariantsBulkCreateUserErrorCode =
  | 'CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE'
  | 'GREATER_THAN_OR_EQUAL_TO'
  | 'INVALID'
  | 'INVALID_INPUT'
  | 'INVENTORY_QUANTITIES_LIMIT_EXCEEDED'
  | 'LOCAL_CURRENCY_GIFT_CARD_PRICE_MUST_BE_ZERO'
  | 'MUST_BE_FOR_THIS_PRODUCT'
  | 'NEED_TO_ADD_OPTION_VALUES'
  | 'NEGATIVE_PRICE_VALUE'
  | 'NOT_DEFINED_FOR_SHOP'
  | 'NO_KEY_ON_CREATE'
  | 'OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'SUBSCRIPTION_VIOLATION'
  | 'TOO_MANY_INVENTORY_LOCATIONS'
  | 'TRACKED_VARIANT_LOCATION_NOT_FOUND'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | 'VARIANT_ALREADY_EXISTS'
  | 'VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE'
  | (string & {});

export type ProductVariantsBulkDeleteUserErrorCode =
  | 'AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT'
  | 'CANNOT_DELETE_LAST_VARIANT'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | (string & {});

export type ProductVariantsBulkInput = {
  barcode?: string | null | undefined;
  barcodes?: Array<BarcodeInput> | null | undefined;
  compareAtPrice?: Money | null | undefined;
  id?: string | null | undefined;
  inventoryItem?: InventoryItemInput | null | undefined;
  inventoryPolicy?: ProductVariantInventoryPolicy | null | undefined;
  inventoryQuantities?: Array<InventoryLevelInput> | null | undefined;
  mediaId?: string | null | undefined;
  mediaSrc?: Array<string> | null | undefined;
  metafields?: Array<MetafieldInput> | null | undefined;
  optionValues?: Array<VariantOptionValueInput> | null | undefined;
  price?: Money | null | undefined;
  published?: boolean | null | undefined;
  quantityAdjustments?: Array<InventoryAdjustmentInput> | null | undefined;
  requiresComponents?: boolean | null | undefined;
  showUnitPrice?: boolean | null | undefined;
  taxCode?: string | null | undefined;
  taxable?: boolean | null | undefined;
  unitPriceMeasurement?: UnitPriceMeasurementInput | null | undefined;
};

export type ProductVariantsBulkReorderUserErrorCode =
  | 'DUPLICATED_VARIANT_ID'
  | 'GENERIC_ERROR'
  | 'INVALID_POSITION'
  | 'MISSING_VARIANT'
  | 'PRODUCT_DOES_NOT_EXIST'
  | (string & {});

export type ProductVariantsBulkUpdateUserErrorCode =
  | 'BLANK'
  | 'CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE'
  | 'CANNOT_SPECIFY_BOTH'
  | 'GREATER_THAN_OR_EQUAL_TO'
  | 'INVALID_INPUT'
  | 'INVALID_VALUE'
  | 'INVENTORY_QUANTITIES_LIMIT_EXCEEDED'
  | 'LOCAL_CURRENCY_GIFT_CARD_PRICE_MUST_BE_ZERO'
  | 'MUST_BE_FOR_THIS_PRODUCT'
  | 'MUST_SPECIFY_ONE_OF_PAIR'
  | 'NEED_TO_ADD_OPTION_VALUES'
  | 'NEGATIVE_PRICE_VALUE'
  | 'NOT_DEFINED_FOR_SHOP'
  | 'NO_INVENTORY_QUANTITES_DURING_UPDATE'
  | 'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE'
  | 'OPTION_DOES_NOT_EXIST'
  | 'OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS'
  | 'OPTION_VALUE_DOES_NOT_EXIST'
  | 'OPTION_VALUE_NAME_TOO_LONG'
  | 'PRODUCT_DOES_NOT_EXIST'
  | 'PRODUCT_SUSPENDED'
  | 'PRODUCT_VARIANT_DOES_NOT_EXIST'
  | 'PRODUCT_VARIANT_ID_MISSING'
  | 'SUBSCRIPTION_VIOLATION'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION'
  | 'VARIANT_ALREADY_EXISTS'
  | (string & {});

export type PublicationInput = {
  /** @deprecated Field no longer supported */
  channelId?: string | null | undefined;
  publicationId?: string | null | undefined;
  publishDate?: DateTime | null | undefined;
};

export type SeoInput = {
  description?: string | null | undefined;
  title?: string | null | undefined;
};

export type StagedUploadHttpMethodType =
  | 'POST'
  | 'PUT'
  | (string & {});

export type StagedUploadInput = {
  fileSize?: BigIntString | null | undefined;
  filename: string;
  httpMethod?: StagedUploadHttpMethodType | null | undefined;
  mimeType: string;
  resource: StagedUploadTargetGenerateUploadResource;
};

export type StagedUploadTargetGenerateUploadResource =
  | 'BULK_MUTATION_VARIABLES'
  | 'COLLECTION_IMAGE'
  | 'DISPUTE_FILE_UPLOAD'
  | 'FILE'
  | 'IMAGE'
  | 'MODEL_3D'
  | 'PRODUCT_IMAGE'
  | 'RETURN_LABEL'
  | 'SHOP_IMAGE'
  | 'URL_REDIRECT_IMPORT'
  | 'VIDEO'
  | (string & {});

export type UniqueMetafieldValueInput = {
  key: string;
  namespace?: string | null | undefined;
  value: string;
};

export type UnitPriceMeasurementInput = {
  quantityUnit?: UnitPriceMeasurementMeasuredUnit | null | undefined;
  quantityValue?: number | null | undefined;
  referenceUnit?: UnitPriceMeasurementMeasuredUnit | null | undefined;
  referenceValue?: number | null | undefined;
};

export type UnitPriceMeasurementMeasuredUnit =
  | 'CL'
  | 'CM'
  | 'FLOZ'
  | 'FT'
  | 'FT2'
  | 'G'
  | 'GAL'
  | 'IN'
  | 'ITEM'
  | 'KG'
  | 'L'
  | 'LB'
  | 'M'
  | 'M2'
  | 'M3'
  | 'MG'
  | 'ML'
  | 'MM'
  | 'OZ'
  | 'PT'
  | 'QT'
  | 'UNKNOWN'
  | 'YD'
  | (string & {});

export type VariantOptionValueInput = {
  id?: string | null | undefined;
  linkedMetafieldValue?: string | null | undefined;
  name?: string | null | undefined;
  optionId?: string | null | undefined;
  optionName?: string | null | undefined;
};

export type WebhookSubscriptionFormat =
  | 'JSON'
  | 'XML'
  | (string & {});

export type WebhookSubscriptionInput = {
  /** @deprecated Field no longer supported */
  callbackUrl?: UrlString | null | undefined;
  filter?: string | null | undefined;
  format?: WebhookSubscriptionFormat | null | undefined;
  includeFields?: Array<string> | null | undefined;
  metafieldNamespaces?: Array<string> | null | undefined;
  metafields?: Array<HasMetafieldsMetafieldIdentifierInput> | null | undefined;
  name?: string | null | undefined;
  uri?: string | null | undefined;
};

export type WebhookSubscriptionTopic =
  | 'APP_PURCHASES_ONE_TIME_UPDATE'
  | 'APP_SCOPES_UPDATE'
  | 'APP_SUBSCRIPTIONS_APPROACHING_CAPPED_AMOUNT'
  | 'APP_SUBSCRIPTIONS_UPDATE'
  | 'APP_UNINSTALLED'
  | 'AUDIT_EVENTS_ADMIN_API_ACTIVITY'
  | 'BULK_OPERATIONS_FINISH'
  | 'CARTS_CREATE'
  | 'CARTS_UPDATE'
  | 'CHANNELS_DELETE'
  | 'CHECKOUTS_CREATE'
  | 'CHECKOUTS_DELETE'
  | 'CHECKOUTS_UPDATE'
  | 'COLLECTIONS_CREATE'
  | 'COLLECTIONS_DELETE'
  | 'COLLECTIONS_UPDATE'
  | 'COLLECTION_LISTINGS_ADD'
  | 'COLLECTION_LISTINGS_REMOVE'
  | 'COLLECTION_LISTINGS_UPDATE'
  | 'COLLECTION_PUBLICATIONS_CREATE'
  | 'COLLECTION_PUBLICATIONS_DELETE'
  | 'COLLECTION_PUBLICATIONS_UPDATE'
  | 'COMPANIES_CREATE'
  | 'COMPANIES_DELETE'
  | 'COMPANIES_UPDATE'
  | 'COMPANY_CONTACTS_CREATE'
  | 'COMPANY_CONTACTS_DELETE'
  | 'COMPANY_CONTACTS_UPDATE'
  | 'COMPANY_CONTACT_ROLES_ASSIGN'
  | 'COMPANY_CONTACT_ROLES_REVOKE'
  | 'COMPANY_LOCATIONS_CREATE'
  | 'COMPANY_LOCATIONS_DELETE'
  | 'COMPANY_LOCATIONS_UPDATE'
  | 'CUSTOMERS_CREATE'
  | 'CUSTOMERS_DELETE'
  | 'CUSTOMERS_DISABLE'
  | 'CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMERS_ENABLE'
  | 'CUSTOMERS_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMERS_MERGE'
  | 'CUSTOMERS_PURCHASING_SUMMARY'
  | 'CUSTOMERS_UPDATE'
  | 'CUSTOMERS_WHATS_APP_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMER_ACCOUNT_SETTINGS_UPDATE'
  | 'CUSTOMER_GROUPS_CREATE'
  | 'CUSTOMER_GROUPS_DELETE'
  | 'CUSTOMER_GROUPS_UPDATE'
  | 'CUSTOMER_JOINED_SEGMENT'
  | 'CUSTOMER_LEFT_SEGMENT'
  | 'CUSTOMER_PAYMENT_METHODS_CREATE'
  | 'CUSTOMER_PAYMENT_METHODS_REVOKE'
  | 'CUSTOMER_PAYMENT_METHODS_UPDATE'
  | 'CUSTOMER_TAGS_ADDED'
  | 'CUSTOMER_TAGS_REMOVED'
  | 'DELIVERY_PROMISE_SETTINGS_UPDATE'
  | 'DISCOUNTS_CREATE'
  | 'DISCOUNTS_DELETE'
  | 'DISCOUNTS_REDEEMCODE_ADDED'
  | 'DISCOUNTS_REDEEMCODE_REMOVED'
  | 'DISCOUNTS_UPDATE'
  | 'DISPUTES_CREATE'
  | 'DISPUTES_UPDATE'
  | 'DOMAINS_CREATE'
  | 'DOMAINS_DESTROY'
  | 'DOMAINS_UPDATE'
  | 'DRAFT_ORDERS_CREATE'
  | 'DRAFT_ORDERS_DELETE'
  | 'DRAFT_ORDERS_UPDATE'
  | 'FINANCE_APP_STAFF_MEMBER_DELETE'
  | 'FINANCE_APP_STAFF_MEMBER_GRANT'
  | 'FINANCE_APP_STAFF_MEMBER_REVOKE'
  | 'FINANCE_APP_STAFF_MEMBER_UPDATE'
  | 'FINANCE_KYC_INFORMATION_UPDATE'
  | 'FULFILLMENTS_CREATE'
  | 'FULFILLMENTS_UPDATE'
  | 'FULFILLMENT_EVENTS_CREATE'
  | 'FULFILLMENT_EVENTS_DELETE'
  | 'FULFILLMENT_HOLDS_ADDED'
  | 'FULFILLMENT_HOLDS_RELEASED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_ACCEPTED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_REJECTED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED'
  | 'FULFILLMENT_ORDERS_CANCELLED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_ACCEPTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_REJECTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_SERVICE_FAILED_TO_COMPLETE'
  | 'FULFILLMENT_ORDERS_HOLD_RELEASED'
  | 'FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_LOCAL_DELIVERY'
  | 'FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_PICKUP'
  | 'FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED'
  | 'FULFILLMENT_ORDERS_MERGED'
  | 'FULFILLMENT_ORDERS_MOVED'
  | 'FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE'
  | 'FULFILLMENT_ORDERS_PLACED_ON_HOLD'
  | 'FULFILLMENT_ORDERS_PROGRESS_REPORTED'
  | 'FULFILLMENT_ORDERS_RESCHEDULED'
  | 'FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY'
  | 'FULFILLMENT_ORDERS_SPLIT'
  | 'INVENTORY_ITEMS_CREATE'
  | 'INVENTORY_ITEMS_DELETE'
  | 'INVENTORY_ITEMS_UPDATE'
  | 'INVENTORY_LEVELS_CONNECT'
  | 'INVENTORY_LEVELS_DISCONNECT'
  | 'INVENTORY_LEVELS_UPDATE'
  | 'INVENTORY_SHIPMENTS_ADD_ITEMS'
  | 'INVENTORY_SHIPMENTS_CREATE'
  | 'INVENTORY_SHIPMENTS_DELETE'
  | 'INVENTORY_SHIPMENTS_MARK_IN_TRANSIT'
  | 'INVENTORY_SHIPMENTS_RECEIVE_ITEMS'
  | 'INVENTORY_SHIPMENTS_REMOVE_ITEMS'
  | 'INVENTORY_SHIPMENTS_UPDATE_ITEM_QUANTITIES'
  | 'INVENTORY_SHIPMENTS_UPDATE_TRACKING'
  | 'INVENTORY_TRANSFERS_ADD_ITEMS'
  | 'INVENTORY_TRANSFERS_CANCEL'
  | 'INVENTORY_TRANSFERS_COMPLETE'
  | 'INVENTORY_TRANSFERS_READY_TO_SHIP'
  | 'INVENTORY_TRANSFERS_REMOVE_ITEMS'
  | 'INVENTORY_TRANSFERS_UPDATED'
  | 'INVENTORY_TRANSFERS_UPDATE_ITEM_QUANTITIES'
  | 'LOCALES_CREATE'
  | 'LOCALES_DESTROY'
  | 'LOCALES_UPDATE'
  | 'LOCATIONS_ACTIVATE'
  | 'LOCATIONS_CREATE'
  | 'LOCATIONS_DEACTIVATE'
  | 'LOCATIONS_DELETE'
  | 'LOCATIONS_UPDATE'
  | 'MARKETS_BACKUP_REGION_UPDATE'
  | 'MARKETS_CREATE'
  | 'MARKETS_DELETE'
  | 'MARKETS_UPDATE'
  | 'METAFIELD_DEFINITIONS_CREATE'
  | 'METAFIELD_DEFINITIONS_DELETE'
  | 'METAFIELD_DEFINITIONS_UPDATE'
  | 'METAOBJECTS_CREATE'
  | 'METAOBJECTS_DELETE'
  | 'METAOBJECTS_UPDATE'
  | 'ORDERS_CANCELLED'
  | 'ORDERS_CREATE'
  | 'ORDERS_DELETE'
  | 'ORDERS_EDITED'
  | 'ORDERS_FULFILLED'
  | 'ORDERS_LINK_REQUESTED'
  | 'ORDERS_PAID'
  | 'ORDERS_PARTIALLY_FULFILLED'
  | 'ORDERS_RISK_ASSESSMENT_CHANGED'
  | 'ORDERS_SHOPIFY_PROTECT_ELIGIBILITY_CHANGED'
  | 'ORDERS_UPDATED'
  | 'ORDER_TRANSACTIONS_CREATE'
  | 'PAYMENT_SCHEDULES_DUE'
  | 'PAYMENT_TERMS_CREATE'
  | 'PAYMENT_TERMS_DELETE'
  | 'PAYMENT_TERMS_UPDATE'
  | 'PRODUCTS_CREATE'
  | 'PRODUCTS_DELETE'
  | 'PRODUCTS_UPDATE'
  | 'PRODUCT_FEEDS_CREATE'
  | 'PRODUCT_FEEDS_FULL_SYNC'
  | 'PRODUCT_FEEDS_FULL_SYNC_FINISH'
  | 'PRODUCT_FEEDS_INCREMENTAL_SYNC'
  | 'PRODUCT_FEEDS_UPDATE'
  | 'PRODUCT_LISTINGS_ADD'
  | 'PRODUCT_LISTINGS_REMOVE'
  | 'PRODUCT_LISTINGS_UPDATE'
  | 'PRODUCT_PUBLICATIONS_CREATE'
  | 'PRODUCT_PUBLICATIONS_DELETE'
  | 'PRODUCT_PUBLICATIONS_UPDATE'
  | 'PROFILES_CREATE'
  | 'PROFILES_DELETE'
  | 'PROFILES_UPDATE'
  | 'REFUNDS_CREATE'
  | 'RETURNS_APPROVE'
  | 'RETURNS_CANCEL'
  | 'RETURNS_CLOSE'
  | 'RETURNS_DECLINE'
  | 'RETURNS_PROCESS'
  | 'RETURNS_REOPEN'
  | 'RETURNS_REQUEST'
  | 'RETURNS_UPDATE'
  | 'REVERSE_DELIVERIES_ATTACH_DELIVERABLE'
  | 'REVERSE_FULFILLMENT_ORDERS_DISPOSE'
  | 'SCHEDULED_PRODUCT_LISTINGS_ADD'
  | 'SCHEDULED_PRODUCT_LISTINGS_REMOVE'
  | 'SCHEDULED_PRODUCT_LISTINGS_UPDATE'
  | 'SEGMENTS_CREATE'
  | 'SEGMENTS_DELETE'
  | 'SEGMENTS_UPDATE'
  | 'SELLING_PLAN_GROUPS_CREATE'
  | 'SELLING_PLAN_GROUPS_DELETE'
  | 'SELLING_PLAN_GROUPS_UPDATE'
  | 'SHIPPING_ADDRESSES_CREATE'
  | 'SHIPPING_ADDRESSES_UPDATE'
  | 'SHOP_UPDATE'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_CHALLENGED'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_FAILURE'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_SUCCESS'
  | 'SUBSCRIPTION_BILLING_CYCLES_SKIP'
  | 'SUBSCRIPTION_BILLING_CYCLES_UNSKIP'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_CREATE'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_DELETE'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_UPDATE'
  | 'SUBSCRIPTION_CONTRACTS_ACTIVATE'
  | 'SUBSCRIPTION_CONTRACTS_CANCEL'
  | 'SUBSCRIPTION_CONTRACTS_CREATE'
  | 'SUBSCRIPTION_CONTRACTS_EXPIRE'
  | 'SUBSCRIPTION_CONTRACTS_FAIL'
  | 'SUBSCRIPTION_CONTRACTS_PAUSE'
  | 'SUBSCRIPTION_CONTRACTS_UPDATE'
  | 'TAX_SERVICES_CREATE'
  | 'TAX_SERVICES_UPDATE'
  | 'TENDER_TRANSACTIONS_CREATE'
  | 'THEMES_CREATE'
  | 'THEMES_DELETE'
  | 'THEMES_PUBLISH'
  | 'THEMES_UPDATE'
  | 'VARIANTS_IN_STOCK'
  | 'VARIANTS_OUT_OF_STOCK'
  | (string & {});

export type WeightInput = {
  unit: WeightUnit;
  value: number;
};

export type WeightUnit =
  | 'GRAMS'
  | 'KILOGRAMS'
  | 'OUNCES'
  | 'POUNDS'
  | (string & {});

export type BulkStateFragment = { id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null };

export type BulkOperationByIdQueryVariables = Exact<{
  id: string;
}>;


export type BulkOperationByIdQuery = { bulkOperation: { id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null } | null };

export type BulkOperationsSinceQueryVariables = Exact<{
  query: string;
  after?: string | null | undefined;
}>;


export type BulkOperationsSinceQuery = { bulkOperations: { nodes: Array<{ id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type BulkRunQueryMutationVariables = Exact<{
  query: string;
  groupObjects: boolean;
}>;


export type BulkRunQueryMutation = { bulkOperationRunQuery: { bulkOperation: { id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null } | null, userErrors: Array<{ code: BulkOperationUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type BulkRunMutationMutationVariables = Exact<{
  mutation: string;
  stagedUploadPath: string;
}>;


export type BulkRunMutationMutation = { bulkOperationRunMutation: { bulkOperation: { id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null } | null, userErrors: Array<{ code: BulkMutationErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type BulkStagedUploadMutationVariables = Exact<{
  input: Array<StagedUploadInput> | StagedUploadInput;
}>;


export type BulkStagedUploadMutation = { stagedUploadsCreate: { stagedTargets: Array<{ url: UrlString | null, parameters: Array<{ name: string, value: string }> }> | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type BulkCancelMutationVariables = Exact<{
  id: string;
}>;


export type BulkCancelMutation = { bulkOperationCancel: { bulkOperation: { id: Gid, status: BulkOperationStatus, errorCode: BulkOperationErrorCode | null, type: BulkOperationType, query: string, createdAt: DateTime, objectCount: BigIntString, rootObjectCount: BigIntString, fileSize: BigIntString | null, url: UrlString | null, partialDataUrl: UrlString | null } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type FilesCreateMutationVariables = Exact<{
  files: Array<FileCreateInput> | FileCreateInput;
}>;


export type FilesCreateMutation = { fileCreate: { files: Array<
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
    > | null, userErrors: Array<{ code: FilesErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type FilesChangeMutationVariables = Exact<{
  files: Array<FileUpdateInput> | FileUpdateInput;
}>;


export type FilesChangeMutation = { fileUpdate: { files: Array<
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
    > | null, userErrors: Array<{ code: FilesErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type FilesRemoveMutationVariables = Exact<{
  ids: Array<string> | string;
}>;


export type FilesRemoveMutation = { fileDelete: { deletedFileIds: Array<Gid> | null, userErrors: Array<{ code: FilesErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type FilesReadQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type FilesReadQuery = { nodes: Array<
    | { id: Gid, alt: string | null, fileStatus: FileStatus, fileErrors: Array<{ code: FileErrorCode, message: string, details: string | null }>, image: { url: UrlString } | null }
    | Record<PropertyKey, never>
   | null> };

export type StagedUploadsMutationVariables = Exact<{
  input: Array<StagedUploadInput> | StagedUploadInput;
}>;


export type StagedUploadsMutation = { stagedUploadsCreate: { stagedTargets: Array<{ url: UrlString | null, resourceUrl: UrlString | null, parameters: Array<{ name: string, value: string }> }> | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type InventorySetMutationVariables = Exact<{
  input: InventorySetQuantitiesInput;
  idempotencyKey?: string;
}>;


export type InventorySetMutation = { inventorySetQuantities: { inventoryAdjustmentGroup: { id: Gid } | null, userErrors: Array<{ code: InventorySetQuantitiesUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type InventoryAdjustMutationVariables = Exact<{
  input: InventoryAdjustQuantitiesInput;
  idempotencyKey2?: string;
}>;


export type InventoryAdjustMutation = { inventoryAdjustQuantities: { inventoryAdjustmentGroup: { id: Gid } | null, userErrors: Array<{ code: InventoryAdjustQuantitiesUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type InventoryItemsFindQueryVariables = Exact<{
  query: string;
  first: number;
  after?: string | null | undefined;
}>;


export type InventoryItemsFindQuery = { productVariants: { nodes: Array<{ sku: string | null, inventoryItem: { id: Gid } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type InventoryLevelReadQueryVariables = Exact<{
  id: string;
  locationId: string;
}>;


export type InventoryLevelReadQuery = { inventoryItem: { inventoryLevel: { quantities: Array<{ name: string, quantity: number }> } | null } | null };

export type LocationStockQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type LocationStockQuery = { location: { inventoryLevels: { nodes: Array<{ updatedAt: DateTime, item: { id: Gid, tracked: boolean }, quantities: Array<{ quantity: number, updatedAt: DateTime | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type LocationsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type LocationsQuery = { locations: { nodes: Array<{ id: Gid, name: string, isActive: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type MetafieldDefinitionByKeyQueryVariables = Exact<{
  ownerType: MetafieldOwnerType;
  namespace: string;
  key: string;
}>;


export type MetafieldDefinitionByKeyQuery = { metafieldDefinitions: { nodes: Array<{ id: Gid, namespace: string, key: string, type: { name: string } }> } };

export type MetafieldDefinitionEnsureMutationVariables = Exact<{
  definition: MetafieldDefinitionInput;
}>;


export type MetafieldDefinitionEnsureMutation = { metafieldDefinitionCreate: { createdDefinition: { id: Gid, namespace: string } | null, userErrors: Array<{ code: MetafieldDefinitionCreateUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type MetafieldsWriteMutationVariables = Exact<{
  metafields: Array<MetafieldsSetInput> | MetafieldsSetInput;
}>;


export type MetafieldsWriteMutation = { metafieldsSet: { metafields: Array<{ id: Gid }> | null, userErrors: Array<{ code: MetafieldsSetUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type MetafieldsRemoveMutationVariables = Exact<{
  metafields: Array<MetafieldIdentifierInput> | MetafieldIdentifierInput;
}>;


export type MetafieldsRemoveMutation = { metafieldsDelete: { deletedMetafields: Array<{ key: string } | null> | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type MetafieldReferencesQueryVariables = Exact<{
  namespace: string;
  key: string;
}>;


export type MetafieldReferencesQuery = { metafieldDefinitions: { nodes: Array<{ validations: Array<{ name: string, value: string | null }> }> } };

export type MetaobjectTypeReadQueryVariables = Exact<{
  id: string;
}>;


export type MetaobjectTypeReadQuery = { metaobjectDefinition: { type: string } | null };

export type MetaobjectByHandleQueryVariables = Exact<{
  handle: MetaobjectHandleInput;
}>;


export type MetaobjectByHandleQuery = { metaobjectByHandle: { id: Gid } | null };

export type MetafieldsReadQueryVariables = Exact<{
  ids: Array<string> | string;
  keys: Array<string> | string;
  first: number;
}>;


export type MetafieldsReadQuery = { nodes: Array<
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
    | { id: Gid, metafields: { nodes: Array<{ namespace: string, key: string, type: string, value: string, compareDigest: string }> } }
    | { id: Gid }
    | { id: Gid }
   | null> };

export type ProductPushMutationVariables = Exact<{
  identifier?: ProductSetIdentifiers | null | undefined;
  input: ProductSetInput;
  images: number;
  withImages: boolean;
}>;


export type ProductPushMutation = { productSet: { product: { id: Gid, updatedAt: DateTime, title: string, descriptionHtml: string, vendor: string, productType: string, media?: { nodes: Array<
          | { id: Gid }
          | { id: Gid }
        > } } | null, userErrors: Array<{ code: ProductSetUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductsReadQueryVariables = Exact<{
  ids: Array<string> | string;
  variants: number;
  withVariantImages: boolean;
  images: number;
  metafields: number;
  metafieldKeys?: Array<string> | string | null | undefined;
  withMetafields: boolean;
  withItems: boolean;
  withUnitPrices: boolean;
  withCollections: boolean;
  withLinks: boolean;
  variantMetafields: number;
  variantMetafieldKeys?: Array<string> | string | null | undefined;
  withVariantMetafields: boolean;
}>;


export type ProductsReadQuery = { nodes: Array<
    | { id: Gid, updatedAt: DateTime, title: string, descriptionHtml: string, vendor: string, productType: string, handle: string, status: ProductStatus, tags: Array<string>, templateSuffix: string | null, collections?: { nodes: Array<{ id: Gid }> }, category: { id: Gid } | null, seo: { title: string | null, description: string | null }, options: Array<{ id: Gid, name: string, linkedMetafield?: { namespace: string | null, key: string | null } | null, optionValues: Array<{ id: Gid, name: string, linkedMetafieldValue?: string | null }> }>, media: { nodes: Array<
          | { id: Gid, alt: string | null, status: MediaStatus }
          | { id: Gid, alt: string | null, status: MediaStatus, image: { url: UrlString } | null }
        > }, metafields?: { nodes: Array<{ namespace: string, key: string, type: string, value: string }> }, variants: { nodes: Array<{ id: Gid, sku: string | null, price: Money, compareAtPrice: Money | null, taxable: boolean, inventoryPolicy: ProductVariantInventoryPolicy, inventoryQuantity: number | null, inventoryItem?: { tracked: boolean, requiresShipping: boolean, harmonizedSystemCode: string | null, countryCodeOfOrigin: CountryCode | null, unitCost: { amount: Decimal } | null, measurement: { weight: { value: number, unit: WeightUnit } | null } }, unitPriceMeasurement?: { quantityValue: number, quantityUnit: UnitPriceMeasurementMeasuredUnit | null, referenceValue: number, referenceUnit: UnitPriceMeasurementMeasuredUnit | null } | null, metafields?: { nodes: Array<{ namespace: string, key: string, type: string, value: string }> }, selectedOptions: Array<{ name: string, value: string }>, media?: { nodes: Array<
              | { id: Gid }
              | { id: Gid }
            > } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | Record<PropertyKey, never>
   | null> };

export type ProductVariantsReadQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
  withVariantImages: boolean;
  withItems: boolean;
  withUnitPrices: boolean;
  variantMetafields: number;
  variantMetafieldKeys?: Array<string> | string | null | undefined;
  withVariantMetafields: boolean;
}>;


export type ProductVariantsReadQuery = { product: { variants: { nodes: Array<{ id: Gid, sku: string | null, price: Money, compareAtPrice: Money | null, taxable: boolean, inventoryPolicy: ProductVariantInventoryPolicy, inventoryQuantity: number | null, inventoryItem?: { tracked: boolean, requiresShipping: boolean, harmonizedSystemCode: string | null, countryCodeOfOrigin: CountryCode | null, unitCost: { amount: Decimal } | null, measurement: { weight: { value: number, unit: WeightUnit } | null } }, unitPriceMeasurement?: { quantityValue: number, quantityUnit: UnitPriceMeasurementMeasuredUnit | null, referenceValue: number, referenceUnit: UnitPriceMeasurementMeasuredUnit | null } | null, metafields?: { nodes: Array<{ namespace: string, key: string, type: string, value: string }> }, selectedOptions: Array<{ name: string, value: string }>, media?: { nodes: Array<
            | { id: Gid }
            | { id: Gid }
          > } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ProductFieldsUpdateMutationVariables = Exact<{
  product: ProductUpdateInput;
  look: ProductUpdateInput;
  withLook: boolean;
  withDescription: boolean;
}>;


export type ProductFieldsUpdateMutation = { seen?: { product: { id: Gid, title: string, descriptionHtml?: string, vendor: string, productType: string, handle: string, status: ProductStatus, templateSuffix: string | null, category: { id: Gid } | null, seo: { title: string | null, description: string | null } } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null, productUpdate: { product: { id: Gid, updatedAt: DateTime, title: string, descriptionHtml: string, vendor: string, productType: string, handle: string } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductImagesAddMutationVariables = Exact<{
  id: string;
  media: Array<CreateMediaInput> | CreateMediaInput;
  last: number;
}>;


export type ProductImagesAddMutation = { productUpdate: { product: { id: Gid, updatedAt: DateTime, media: { nodes: Array<
          | { id: Gid }
          | { id: Gid }
        > } } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductTagsAddMutationVariables = Exact<{
  id: string;
  tags: Array<string> | string;
}>;


export type ProductTagsAddMutation = { tagsAdd: { node:
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
     | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductTagsRemoveMutationVariables = Exact<{
  id: string;
  tags: Array<string> | string;
}>;


export type ProductTagsRemoveMutation = { tagsRemove: { node:
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
      | { id: Gid }
     | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductOptionsCreateMutationVariables = Exact<{
  productId: string;
  options: Array<OptionCreateInput> | OptionCreateInput;
}>;


export type ProductOptionsCreateMutation = { productOptionsCreate: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductOptionsCreateUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductOptionUpdateMutationVariables = Exact<{
  productId: string;
  option: OptionUpdateInput;
  add?: Array<OptionValueCreateInput> | OptionValueCreateInput | null | undefined;
  rename?: Array<OptionValueUpdateInput> | OptionValueUpdateInput | null | undefined;
  delete?: Array<string> | string | null | undefined;
}>;


export type ProductOptionUpdateMutation = { productOptionUpdate: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductOptionUpdateUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductOptionsDeleteMutationVariables = Exact<{
  productId: string;
  options: Array<string> | string;
}>;


export type ProductOptionsDeleteMutation = { productOptionsDelete: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductOptionsDeleteUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductVariantsCreateMutationVariables = Exact<{
  productId: string;
  variants: Array<ProductVariantsBulkInput> | ProductVariantsBulkInput;
  strategy: ProductVariantsBulkCreateStrategy;
}>;


export type ProductVariantsCreateMutation = { productVariantsBulkCreate: { product: { id: Gid, updatedAt: DateTime } | null, productVariants: Array<{ id: Gid }> | null, userErrors: Array<{ code: ProductVariantsBulkCreateUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductVariantsUpdateMutationVariables = Exact<{
  productId: string;
  variants: Array<ProductVariantsBulkInput> | ProductVariantsBulkInput;
  withOptions: boolean;
}>;


export type ProductVariantsUpdateMutation = { productVariantsBulkUpdate: { product: { id: Gid, updatedAt: DateTime, options?: Array<{ id: Gid, name: string, optionValues: Array<{ id: Gid, name: string }> }> } | null, userErrors: Array<{ code: ProductVariantsBulkUpdateUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductVariantsDeleteMutationVariables = Exact<{
  productId: string;
  ids: Array<string> | string;
}>;


export type ProductVariantsDeleteMutation = { productVariantsBulkDelete: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductVariantsBulkDeleteUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductRemoveMutationVariables = Exact<{
  id: string;
}>;


export type ProductRemoveMutation = { productDelete: { deletedProductId: Gid | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductByIdentifierQueryVariables = Exact<{
  identifier: ProductIdentifierInput;
}>;


export type ProductByIdentifierQuery = { productByIdentifier: { id: Gid, handle: string, title: string, status: ProductStatus, updatedAt: DateTime } | null };

export type ProductByHandleQueryVariables = Exact<{
  handle: string;
  namespace: string;
  key: string;
}>;


export type ProductByHandleQuery = { productByIdentifier: { id: Gid, metafield: { value: string } | null } | null };

export type VariantsFindQueryVariables = Exact<{
  query: string;
}>;


export type VariantsFindQuery = { productVariants: { nodes: Array<{ id: Gid, sku: string | null, product: { id: Gid } }> } };

export type ProductOwnerQueryVariables = Exact<{
  id: string;
  namespace: string;
  key: string;
}>;


export type ProductOwnerQuery = { product: { id: Gid, metafield: { value: string } | null } | null };

export type ProductImagesReorderMutationVariables = Exact<{
  id: string;
  moves: Array<MoveInput> | MoveInput;
}>;


export type ProductImagesReorderMutation = { productReorderMedia: { job: { id: Gid, done: boolean } | null, mediaUserErrors: Array<{ code: MediaUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductVariantsReorderMutationVariables = Exact<{
  productId: string;
  positions: Array<ProductVariantPositionInput> | ProductVariantPositionInput;
}>;


export type ProductVariantsReorderMutation = { productVariantsBulkReorder: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductVariantsBulkReorderUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type ProductOptionOrderQueryVariables = Exact<{
  id: string;
}>;


export type ProductOptionOrderQuery = { product: { updatedAt: DateTime, options: Array<{ id: Gid, name: string, optionValues: Array<{ id: Gid, name: string, linkedMetafieldValue: string | null }> }> } | null };

export type ProductOptionsReorderMutationVariables = Exact<{
  productId: string;
  options: Array<OptionReorderInput> | OptionReorderInput;
}>;


export type ProductOptionsReorderMutation = { productOptionsReorder: { product: { id: Gid, updatedAt: DateTime } | null, userErrors: Array<{ code: ProductOptionsReorderUserErrorCode | null, field: Array<string> | null, message: string }> } | null };

export type JobReadQueryVariables = Exact<{
  id: string;
}>;


export type JobReadQuery = { job: { id: Gid, done: boolean } | null };

export type ProductImageIdsQueryVariables = Exact<{
  id: string;
}>;


export type ProductImageIdsQuery = { product: { updatedAt: DateTime, media: { nodes: Array<
        | { id: Gid }
        | { id: Gid }
      > } } | null };

export type ProductVariantIdsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type ProductVariantIdsQuery = { product: { variants: { nodes: Array<{ id: Gid }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ProductsSeenQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type ProductsSeenQuery = { nodes: Array<
    | { id: Gid, updatedAt: DateTime }
    | Record<PropertyKey, never>
   | null> };

export type ProductOwnersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  query?: string | null | undefined;
  namespace: string;
  key: string;
}>;


export type ProductOwnersQuery = { products: { nodes: Array<{ id: Gid, updatedAt: DateTime, metafield: { value: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type VariantBarcodesQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type VariantBarcodesQuery = { product: { variants: { nodes: Array<{ id: Gid, barcodes: { nodes: Array<{ value: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type VariantBarcodeQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type VariantBarcodeQuery = { product: { variants: { nodes: Array<{ id: Gid, barcode: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type PublicationsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PublicationsQuery = { publications: { nodes: Array<{ id: Gid, catalog:
        | { title: string, apps: { nodes: Array<{ title: string }> } }
        | { title: string }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ProductPublishMutationVariables = Exact<{
  id: string;
  publications: Array<PublicationInput> | PublicationInput;
}>;


export type ProductPublishMutation = { publishablePublish: { publishable:
      | { updatedAt: DateTime }
      | Record<PropertyKey, never>
     | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ProductUnpublishMutationVariables = Exact<{
  id: string;
  publications: Array<PublicationInput> | PublicationInput;
}>;


export type ProductUnpublishMutation = { publishableUnpublish: { userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type ShopOverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type ShopOverviewQuery = { shop: { id: Gid, name: string, myshopifyDomain: string, currencyCode: CurrencyCode, plan: { publicDisplayName: string } }, productsCount: { count: number, precision: CountPrecision } | null };

export type GrantedScopesQueryVariables = Exact<{ [key: string]: never; }>;


export type GrantedScopesQuery = { currentAppInstallation: { accessScopes: Array<{ handle: string }> } };

export type CategoryFieldsFragment = { id: Gid, name: string, fullName: string, level: number, isLeaf: boolean, isArchived: boolean, parentId: Gid | null };

export type TaxonomySearchQueryVariables = Exact<{
  search: string;
  first: number;
  after?: string | null | undefined;
}>;


export type TaxonomySearchQuery = { taxonomy: { categories: { nodes: Array<{ id: Gid, name: string, fullName: string, level: number, isLeaf: boolean, isArchived: boolean, parentId: Gid | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type TaxonomyCategoryReadQueryVariables = Exact<{
  id: string;
}>;


export type TaxonomyCategoryReadQuery = { node:
    | { id: Gid, name: string, fullName: string, level: number, isLeaf: boolean, isArchived: boolean, parentId: Gid | null }
    | Record<PropertyKey, never>
   | null };

export type StandingWebhookSubscriptionFragment = { id: Gid, topic: WebhookSubscriptionTopic, uri: string, format: WebhookSubscriptionFormat, filter: string | null, includeFields: Array<string>, metafieldNamespaces: Array<string>, metafields: Array<{ namespace: string, key: string }> };

export type WebhookSubscriptionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type WebhookSubscriptionsQuery = { webhookSubscriptions: { nodes: Array<{ name: string | null, id: Gid, topic: WebhookSubscriptionTopic, uri: string, format: WebhookSubscriptionFormat, filter: string | null, includeFields: Array<string>, metafieldNamespaces: Array<string>, metafields: Array<{ namespace: string, key: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type UnnamedWebhookSubscriptionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type UnnamedWebhookSubscriptionsQuery = { webhookSubscriptions: { nodes: Array<{ id: Gid, topic: WebhookSubscriptionTopic, uri: string, format: WebhookSubscriptionFormat, filter: string | null, includeFields: Array<string>, metafieldNamespaces: Array<string>, metafields: Array<{ namespace: string, key: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type WebhookSubscriptionAddMutationVariables = Exact<{
  topic: WebhookSubscriptionTopic;
  subscription: WebhookSubscriptionInput;
}>;


export type WebhookSubscriptionAddMutation = { webhookSubscriptionCreate: { webhookSubscription: { id: Gid, topic: WebhookSubscriptionTopic, uri: string, format: WebhookSubscriptionFormat, filter: string | null, includeFields: Array<string>, metafieldNamespaces: Array<string>, metafields: Array<{ namespace: string, key: string }> } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type WebhookSubscriptionChangeMutationVariables = Exact<{
  id: string;
  subscription: WebhookSubscriptionInput;
}>;


export type WebhookSubscriptionChangeMutation = { webhookSubscriptionUpdate: { webhookSubscription: { id: Gid, topic: WebhookSubscriptionTopic, uri: string, format: WebhookSubscriptionFormat, filter: string | null, includeFields: Array<string>, metafieldNamespaces: Array<string>, metafields: Array<{ namespace: string, key: string }> } | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export type WebhookSubscriptionRemoveMutationVariables = Exact<{
  id: string;
}>;


export type WebhookSubscriptionRemoveMutation = { webhookSubscriptionDelete: { deletedWebhookSubscriptionId: Gid | null, userErrors: Array<{ field: Array<string> | null, message: string }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const BulkStateFragmentDoc = new TypedDocumentString(`
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}
    `, {"fragmentName":"BulkState"}) as unknown as TypedDocumentString<BulkStateFragment, unknown>;
export const CategoryFieldsFragmentDoc = new TypedDocumentString(`
    fragment CategoryFields on TaxonomyCategory {
  id
  name
  fullName
  level
  isLeaf
  isArchived
  parentId
}
    `, {"fragmentName":"CategoryFields"}) as unknown as TypedDocumentString<CategoryFieldsFragment, unknown>;
export const StandingWebhookSubscriptionFragmentDoc = new TypedDocumentString(`
    fragment StandingWebhookSubscription on WebhookSubscription {
  id
  topic
  uri
  format
  filter
  includeFields
  metafieldNamespaces
  metafields {
    namespace
    key
  }
}
    `, {"fragmentName":"StandingWebhookSubscription"}) as unknown as TypedDocumentString<StandingWebhookSubscriptionFragment, unknown>;
export const BulkOperationByIdDocument = new TypedDocumentString(`
    query BulkOperationById($id: ID!) {
  bulkOperation(id: $id) {
    ...BulkState
  }
}
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}`) as unknown as TypedDocumentString<BulkOperationByIdQuery, BulkOperationByIdQueryVariables>;
export const BulkOperationsSinceDocument = new TypedDocumentString(`
    query BulkOperationsSince($query: String!, $after: String) {
  bulkOperations(
    first: 50
    after: $after
    query: $query
    sortKey: CREATED_AT
    reverse: true
  ) {
    nodes {
      ...BulkState
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}`) as unknown as TypedDocumentString<BulkOperationsSinceQuery, BulkOperationsSinceQueryVariables>;
export const BulkRunQueryDocument = new TypedDocumentString(`
    mutation BulkRunQuery($query: String!, $groupObjects: Boolean!) {
  bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) {
    bulkOperation {
      ...BulkState
    }
    userErrors {
      code
      field
      message
    }
  }
}
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}`) as unknown as TypedDocumentString<BulkRunQueryMutation, BulkRunQueryMutationVariables>;
export const BulkRunMutationDocument = new TypedDocumentString(`
    mutation BulkRunMutation($mutation: String!, $stagedUploadPath: String!) {
  bulkOperationRunMutation(
    mutation: $mutation
    stagedUploadPath: $stagedUploadPath
  ) {
    bulkOperation {
      ...BulkState
    }
    userErrors {
      code
      field
      message
    }
  }
}
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}`) as unknown as TypedDocumentString<BulkRunMutationMutation, BulkRunMutationMutationVariables>;
export const BulkStagedUploadDocument = new TypedDocumentString(`
    mutation BulkStagedUpload($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets {
      url
      parameters {
        name
        value
      }
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<BulkStagedUploadMutation, BulkStagedUploadMutationVariables>;
export const BulkCancelDocument = new TypedDocumentString(`
    mutation BulkCancel($id: ID!) {
  bulkOperationCancel(id: $id) {
    bulkOperation {
      ...BulkState
    }
    userErrors {
      field
      message
    }
  }
}
    fragment BulkState on BulkOperation {
  id
  status
  errorCode
  type
  query
  createdAt
  objectCount
  rootObjectCount
  fileSize
  url
  partialDataUrl
}`) as unknown as TypedDocumentString<BulkCancelMutation, BulkCancelMutationVariables>;
export const FilesCreateDocument = new TypedDocumentString(`
    mutation FilesCreate($files: [FileCreateInput!]!) {
  fileCreate(files: $files) {
    files {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FilesCreateMutation, FilesCreateMutationVariables>;
export const FilesChangeDocument = new TypedDocumentString(`
    mutation FilesChange($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) {
    files {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FilesChangeMutation, FilesChangeMutationVariables>;
export const FilesRemoveDocument = new TypedDocumentString(`
    mutation FilesRemove($ids: [ID!]!) {
  fileDelete(fileIds: $ids) {
    deletedFileIds
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FilesRemoveMutation, FilesRemoveMutationVariables>;
export const FilesReadDocument = new TypedDocumentString(`
    query FilesRead($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on MediaImage {
      id
      alt
      fileStatus
      fileErrors {
        code
        message
        details
      }
      image {
        url
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FilesReadQuery, FilesReadQueryVariables>;
export const StagedUploadsDocument = new TypedDocumentString(`
    mutation StagedUploads($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets {
      url
      resourceUrl
      parameters {
        name
        value
      }
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StagedUploadsMutation, StagedUploadsMutationVariables>;
export const InventorySetDocument = new TypedDocumentString(`
    mutation InventorySet($input: InventorySetQuantitiesInput!, $idempotencyKey: String! = "") {
  inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
    inventoryAdjustmentGroup {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<InventorySetMutation, InventorySetMutationVariables>;
export const InventoryAdjustDocument = new TypedDocumentString(`
    mutation InventoryAdjust($input: InventoryAdjustQuantitiesInput!, $idempotencyKey2: String! = "") {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $idempotencyKey2) {
    inventoryAdjustmentGroup {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<InventoryAdjustMutation, InventoryAdjustMutationVariables>;
export const InventoryItemsFindDocument = new TypedDocumentString(`
    query InventoryItemsFind($query: String!, $first: Int!, $after: String) {
  productVariants(query: $query, first: $first, after: $after) {
    nodes {
      sku
      inventoryItem {
        id
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<InventoryItemsFindQuery, InventoryItemsFindQueryVariables>;
export const InventoryLevelReadDocument = new TypedDocumentString(`
    query InventoryLevelRead($id: ID!, $locationId: ID!) {
  inventoryItem(id: $id) {
    inventoryLevel(locationId: $locationId) {
      quantities(names: ["available", "on_hand"]) {
        name
        quantity
      }
    }
  }
}
    `) as unknown as TypedDocumentString<InventoryLevelReadQuery, InventoryLevelReadQueryVariables>;
export const LocationStockDocument = new TypedDocumentString(`
    query LocationStock($id: ID!, $after: String) {
  location(id: $id) {
    inventoryLevels(first: 250, after: $after) {
      nodes {
        updatedAt
        item {
          id
          tracked
        }
        quantities(names: ["available"]) {
          quantity
          updatedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LocationStockQuery, LocationStockQueryVariables>;
export const LocationsDocument = new TypedDocumentString(`
    query Locations($after: String) {
  locations(first: 250, after: $after, includeInactive: true) {
    nodes {
      id
      name
      isActive
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<LocationsQuery, LocationsQueryVariables>;
export const MetafieldDefinitionByKeyDocument = new TypedDocumentString(`
    query MetafieldDefinitionByKey($ownerType: MetafieldOwnerType!, $namespace: String!, $key: String!) {
  metafieldDefinitions(
    ownerType: $ownerType
    namespace: $namespace
    key: $key
    first: 1
  ) {
    nodes {
      id
      namespace
      key
      type {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldDefinitionByKeyQuery, MetafieldDefinitionByKeyQueryVariables>;
export const MetafieldDefinitionEnsureDocument = new TypedDocumentString(`
    mutation MetafieldDefinitionEnsure($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition {
      id
      namespace
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldDefinitionEnsureMutation, MetafieldDefinitionEnsureMutationVariables>;
export const MetafieldsWriteDocument = new TypedDocumentString(`
    mutation MetafieldsWrite($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldsWriteMutation, MetafieldsWriteMutationVariables>;
export const MetafieldsRemoveDocument = new TypedDocumentString(`
    mutation MetafieldsRemove($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) {
    deletedMetafields {
      key
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldsRemoveMutation, MetafieldsRemoveMutationVariables>;
export const MetafieldReferencesDocument = new TypedDocumentString(`
    query MetafieldReferences($namespace: String!, $key: String!) {
  metafieldDefinitions(
    ownerType: PRODUCT
    namespace: $namespace
    key: $key
    first: 1
  ) {
    nodes {
      validations {
        name
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldReferencesQuery, MetafieldReferencesQueryVariables>;
export const MetaobjectTypeReadDocument = new TypedDocumentString(`
    query MetaobjectTypeRead($id: ID!) {
  metaobjectDefinition(id: $id) {
    type
  }
}
    `) as unknown as TypedDocumentString<MetaobjectTypeReadQuery, MetaobjectTypeReadQueryVariables>;
export const MetaobjectByHandleDocument = new TypedDocumentString(`
    query MetaobjectByHandle($handle: MetaobjectHandleInput!) {
  metaobjectByHandle(handle: $handle) {
    id
  }
}
    `) as unknown as TypedDocumentString<MetaobjectByHandleQuery, MetaobjectByHandleQueryVariables>;
export const MetafieldsReadDocument = new TypedDocumentString(`
    query MetafieldsRead($ids: [ID!]!, $keys: [String!]!, $first: Int!) {
  nodes(ids: $ids) {
    id
    ... on HasMetafields {
      metafields(first: $first, keys: $keys) {
        nodes {
          namespace
          key
          type
          value
          compareDigest
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MetafieldsReadQuery, MetafieldsReadQueryVariables>;
export const ProductPushDocument = new TypedDocumentString(`
    mutation ProductPush($identifier: ProductSetIdentifiers, $input: ProductSetInput!, $images: Int!, $withImages: Boolean!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product {
      id
      updatedAt
      title
      descriptionHtml
      vendor
      productType
      media(first: $images) @include(if: $withImages) {
        nodes {
          id
        }
      }
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductPushMutation, ProductPushMutationVariables>;
export const ProductsReadDocument = new TypedDocumentString(`
    query ProductsRead($ids: [ID!]!, $variants: Int!, $withVariantImages: Boolean!, $images: Int!, $metafields: Int!, $metafieldKeys: [String!], $withMetafields: Boolean!, $withItems: Boolean!, $withUnitPrices: Boolean!, $withCollections: Boolean!, $withLinks: Boolean!, $variantMetafields: Int!, $variantMetafieldKeys: [String!], $withVariantMetafields: Boolean!) {
  nodes(ids: $ids) {
    ... on Product {
      id
      updatedAt
      title
      descriptionHtml
      vendor
      productType
      handle
      status
      tags
      templateSuffix
      collections(first: 250) @include(if: $withCollections) {
        nodes {
          id
        }
      }
      category {
        id
      }
      seo {
        title
        description
      }
      options {
        id
        name
        linkedMetafield @include(if: $withLinks) {
          namespace
          key
        }
        optionValues {
          id
          name
          linkedMetafieldValue @include(if: $withLinks)
        }
      }
      media(first: $images) {
        nodes {
          id
          alt
          status
          ... on MediaImage {
            image {
              url
            }
          }
        }
      }
      metafields(first: $metafields, keys: $metafieldKeys) @include(if: $withMetafields) {
        nodes {
          namespace
          key
          type
          value
        }
      }
      variants(first: $variants) {
        nodes {
          id
          sku
          price
          compareAtPrice
          taxable
          inventoryPolicy
          inventoryQuantity
          inventoryItem @include(if: $withItems) {
            tracked
            requiresShipping
            harmonizedSystemCode
            countryCodeOfOrigin
            unitCost {
              amount
            }
            measurement {
              weight {
                value
                unit
              }
            }
          }
          unitPriceMeasurement @include(if: $withUnitPrices) {
            quantityValue
            quantityUnit
            referenceValue
            referenceUnit
          }
          metafields(first: $variantMetafields, keys: $variantMetafieldKeys) @include(if: $withVariantMetafields) {
            nodes {
              namespace
              key
              type
              value
            }
          }
          selectedOptions {
            name
            value
          }
          media(first: 1) @include(if: $withVariantImages) {
            nodes {
              id
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProductsReadQuery, ProductsReadQueryVariables>;
export const ProductVariantsReadDocument = new TypedDocumentString(`
    query ProductVariantsRead($id: ID!, $first: Int!, $after: String, $withVariantImages: Boolean!, $withItems: Boolean!, $withUnitPrices: Boolean!, $variantMetafields: Int!, $variantMetafieldKeys: [String!], $withVariantMetafields: Boolean!) {
  product(id: $id) {
    variants(first: $first, after: $after) {
      nodes {
        id
        sku
        price
        compareAtPrice
        taxable
        inventoryPolicy
        inventoryQuantity
        inventoryItem @include(if: $withItems) {
          tracked
          requiresShipping
          harmonizedSystemCode
          countryCodeOfOrigin
          unitCost {
            amount
          }
          measurement {
            weight {
              value
              unit
            }
          }
        }
        unitPriceMeasurement @include(if: $withUnitPrices) {
          quantityValue
          quantityUnit
          referenceValue
          referenceUnit
        }
        metafields(first: $variantMetafields, keys: $variantMetafieldKeys) @include(if: $withVariantMetafields) {
          nodes {
            namespace
            key
            type
            value
          }
        }
        selectedOptions {
          name
          value
        }
        media(first: 1) @include(if: $withVariantImages) {
          nodes {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantsReadQuery, ProductVariantsReadQueryVariables>;
export const ProductFieldsUpdateDocument = new TypedDocumentString(`
    mutation ProductFieldsUpdate($product: ProductUpdateInput!, $look: ProductUpdateInput!, $withLook: Boolean!, $withDescription: Boolean!) {
  seen: productUpdate(product: $look) @include(if: $withLook) {
    product {
      id
      title
      descriptionHtml @include(if: $withDescription)
      vendor
      productType
      handle
      status
      templateSuffix
      category {
        id
      }
      seo {
        title
        description
      }
    }
    userErrors {
      field
      message
    }
  }
  productUpdate(product: $product) {
    product {
      id
      updatedAt
      title
      descriptionHtml
      vendor
      productType
      handle
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductFieldsUpdateMutation, ProductFieldsUpdateMutationVariables>;
export const ProductImagesAddDocument = new TypedDocumentString(`
    mutation ProductImagesAdd($id: ID!, $media: [CreateMediaInput!]!, $last: Int!) {
  productUpdate(product: { id: $id }, media: $media) {
    product {
      id
      updatedAt
      media(last: $last) {
        nodes {
          id
        }
      }
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductImagesAddMutation, ProductImagesAddMutationVariables>;
export const ProductTagsAddDocument = new TypedDocumentString(`
    mutation ProductTagsAdd($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) {
    node {
      id
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductTagsAddMutation, ProductTagsAddMutationVariables>;
export const ProductTagsRemoveDocument = new TypedDocumentString(`
    mutation ProductTagsRemove($id: ID!, $tags: [String!]!) {
  tagsRemove(id: $id, tags: $tags) {
    node {
      id
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductTagsRemoveMutation, ProductTagsRemoveMutationVariables>;
export const ProductOptionsCreateDocument = new TypedDocumentString(`
    mutation ProductOptionsCreate($productId: ID!, $options: [OptionCreateInput!]!) {
  productOptionsCreate(
    productId: $productId
    options: $options
    variantStrategy: LEAVE_AS_IS
  ) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOptionsCreateMutation, ProductOptionsCreateMutationVariables>;
export const ProductOptionUpdateDocument = new TypedDocumentString(`
    mutation ProductOptionUpdate($productId: ID!, $option: OptionUpdateInput!, $add: [OptionValueCreateInput!], $rename: [OptionValueUpdateInput!], $delete: [ID!]) {
  productOptionUpdate(
    productId: $productId
    option: $option
    optionValuesToAdd: $add
    optionValuesToUpdate: $rename
    optionValuesToDelete: $delete
    variantStrategy: LEAVE_AS_IS
  ) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOptionUpdateMutation, ProductOptionUpdateMutationVariables>;
export const ProductOptionsDeleteDocument = new TypedDocumentString(`
    mutation ProductOptionsDelete($productId: ID!, $options: [ID!]!) {
  productOptionsDelete(
    productId: $productId
    options: $options
    strategy: NON_DESTRUCTIVE
  ) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOptionsDeleteMutation, ProductOptionsDeleteMutationVariables>;
export const ProductVariantsCreateDocument = new TypedDocumentString(`
    mutation ProductVariantsCreate($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $strategy: ProductVariantsBulkCreateStrategy!) {
  productVariantsBulkCreate(
    productId: $productId
    variants: $variants
    strategy: $strategy
  ) {
    product {
      id
      updatedAt
    }
    productVariants {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantsCreateMutation, ProductVariantsCreateMutationVariables>;
export const ProductVariantsUpdateDocument = new TypedDocumentString(`
    mutation ProductVariantsUpdate($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $withOptions: Boolean!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) {
    product {
      id
      updatedAt
      options @include(if: $withOptions) {
        id
        name
        optionValues {
          id
          name
        }
      }
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantsUpdateMutation, ProductVariantsUpdateMutationVariables>;
export const ProductVariantsDeleteDocument = new TypedDocumentString(`
    mutation ProductVariantsDelete($productId: ID!, $ids: [ID!]!) {
  productVariantsBulkDelete(productId: $productId, variantsIds: $ids) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantsDeleteMutation, ProductVariantsDeleteMutationVariables>;
export const ProductRemoveDocument = new TypedDocumentString(`
    mutation ProductRemove($id: ID!) {
  productDelete(input: { id: $id }, synchronous: true) {
    deletedProductId
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductRemoveMutation, ProductRemoveMutationVariables>;
export const ProductByIdentifierDocument = new TypedDocumentString(`
    query ProductByIdentifier($identifier: ProductIdentifierInput!) {
  productByIdentifier(identifier: $identifier) {
    id
    handle
    title
    status
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<ProductByIdentifierQuery, ProductByIdentifierQueryVariables>;
export const ProductByHandleDocument = new TypedDocumentString(`
    query ProductByHandle($handle: String!, $namespace: String!, $key: String!) {
  productByIdentifier(identifier: { handle: $handle }) {
    id
    metafield(namespace: $namespace, key: $key) {
      value
    }
  }
}
    `) as unknown as TypedDocumentString<ProductByHandleQuery, ProductByHandleQueryVariables>;
export const VariantsFindDocument = new TypedDocumentString(`
    query VariantsFind($query: String!) {
  productVariants(first: 10, query: $query) {
    nodes {
      id
      sku
      product {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<VariantsFindQuery, VariantsFindQueryVariables>;
export const ProductOwnerDocument = new TypedDocumentString(`
    query ProductOwner($id: ID!, $namespace: String!, $key: String!) {
  product(id: $id) {
    id
    metafield(namespace: $namespace, key: $key) {
      value
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOwnerQuery, ProductOwnerQueryVariables>;
export const ProductImagesReorderDocument = new TypedDocumentString(`
    mutation ProductImagesReorder($id: ID!, $moves: [MoveInput!]!) {
  productReorderMedia(id: $id, moves: $moves) {
    job {
      id
      done
    }
    mediaUserErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductImagesReorderMutation, ProductImagesReorderMutationVariables>;
export const ProductVariantsReorderDocument = new TypedDocumentString(`
    mutation ProductVariantsReorder($productId: ID!, $positions: [ProductVariantPositionInput!]!) {
  productVariantsBulkReorder(productId: $productId, positions: $positions) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantsReorderMutation, ProductVariantsReorderMutationVariables>;
export const ProductOptionOrderDocument = new TypedDocumentString(`
    query ProductOptionOrder($id: ID!) {
  product(id: $id) {
    updatedAt
    options {
      id
      name
      optionValues {
        id
        name
        linkedMetafieldValue
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOptionOrderQuery, ProductOptionOrderQueryVariables>;
export const ProductOptionsReorderDocument = new TypedDocumentString(`
    mutation ProductOptionsReorder($productId: ID!, $options: [OptionReorderInput!]!) {
  productOptionsReorder(productId: $productId, options: $options) {
    product {
      id
      updatedAt
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOptionsReorderMutation, ProductOptionsReorderMutationVariables>;
export const JobReadDocument = new TypedDocumentString(`
    query JobRead($id: ID!) {
  job(id: $id) {
    id
    done
  }
}
    `) as unknown as TypedDocumentString<JobReadQuery, JobReadQueryVariables>;
export const ProductImageIdsDocument = new TypedDocumentString(`
    query ProductImageIds($id: ID!) {
  product(id: $id) {
    updatedAt
    media(first: 250) {
      nodes {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProductImageIdsQuery, ProductImageIdsQueryVariables>;
export const ProductVariantIdsDocument = new TypedDocumentString(`
    query ProductVariantIds($id: ID!, $after: String) {
  product(id: $id) {
    variants(first: 250, after: $after) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ProductVariantIdsQuery, ProductVariantIdsQueryVariables>;
export const ProductsSeenDocument = new TypedDocumentString(`
    query ProductsSeen($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Product {
      id
      updatedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ProductsSeenQuery, ProductsSeenQueryVariables>;
export const ProductOwnersDocument = new TypedDocumentString(`
    query ProductOwners($first: Int!, $after: String, $query: String, $namespace: String!, $key: String!) {
  products(first: $first, after: $after, query: $query, sortKey: ID) {
    nodes {
      id
      updatedAt
      metafield(namespace: $namespace, key: $key) {
        value
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ProductOwnersQuery, ProductOwnersQueryVariables>;
export const VariantBarcodesDocument = new TypedDocumentString(`
    query VariantBarcodes($id: ID!, $first: Int!, $after: String) {
  product(id: $id) {
    variants(first: $first, after: $after) {
      nodes {
        id
        barcodes(first: 20) {
          nodes {
            value
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<VariantBarcodesQuery, VariantBarcodesQueryVariables>;
export const VariantBarcodeDocument = new TypedDocumentString(`
    query VariantBarcode($id: ID!, $first: Int!, $after: String) {
  product(id: $id) {
    variants(first: $first, after: $after) {
      nodes {
        id
        barcode
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<VariantBarcodeQuery, VariantBarcodeQueryVariables>;
export const PublicationsDocument = new TypedDocumentString(`
    query Publications($first: Int!, $after: String) {
  publications(first: $first, after: $after) {
    nodes {
      id
      catalog {
        title
        ... on AppCatalog {
          apps(first: 5) {
            nodes {
              title
            }
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PublicationsQuery, PublicationsQueryVariables>;
export const ProductPublishDocument = new TypedDocumentString(`
    mutation ProductPublish($id: ID!, $publications: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $publications) {
    publishable {
      ... on Product {
        updatedAt
      }
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductPublishMutation, ProductPublishMutationVariables>;
export const ProductUnpublishDocument = new TypedDocumentString(`
    mutation ProductUnpublish($id: ID!, $publications: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $publications) {
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ProductUnpublishMutation, ProductUnpublishMutationVariables>;
export const ShopOverviewDocument = new TypedDocumentString(`
    query ShopOverview {
  shop {
    id
    name
    myshopifyDomain
    currencyCode
    plan {
      publicDisplayName
    }
  }
  productsCount {
    count
    precision
  }
}
    `) as unknown as TypedDocumentString<ShopOverviewQuery, ShopOverviewQueryVariables>;
export const GrantedScopesDocument = new TypedDocumentString(`
    query GrantedScopes {
  currentAppInstallation {
    accessScopes {
      handle
    }
  }
}
    `) as unknown as TypedDocumentString<GrantedScopesQuery, GrantedScopesQueryVariables>;
export const TaxonomySearchDocument = new TypedDocumentString(`
    query TaxonomySearch($search: String!, $first: Int!, $after: String) {
  taxonomy {
    categories(search: $search, first: $first, after: $after) {
      nodes {
        ...CategoryFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment CategoryFields on TaxonomyCategory {
  id
  name
  fullName
  level
  isLeaf
  isArchived
  parentId
}`) as unknown as TypedDocumentString<TaxonomySearchQuery, TaxonomySearchQueryVariables>;
export const TaxonomyCategoryReadDocument = new TypedDocumentString(`
    query TaxonomyCategoryRead($id: ID!) {
  node(id: $id) {
    ... on TaxonomyCategory {
      ...CategoryFields
    }
  }
}
    fragment CategoryFields on TaxonomyCategory {
  id
  name
  fullName
  level
  isLeaf
  isArchived
  parentId
}`) as unknown as TypedDocumentString<TaxonomyCategoryReadQuery, TaxonomyCategoryReadQueryVariables>;
export const WebhookSubscriptionsDocument = new TypedDocumentString(`
    query WebhookSubscriptions($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) {
    nodes {
      ...StandingWebhookSubscription
      name
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment StandingWebhookSubscription on WebhookSubscription {
  id
  topic
  uri
  format
  filter
  includeFields
  metafieldNamespaces
  metafields {
    namespace
    key
  }
}`) as unknown as TypedDocumentString<WebhookSubscriptionsQuery, WebhookSubscriptionsQueryVariables>;
export const UnnamedWebhookSubscriptionsDocument = new TypedDocumentString(`
    query UnnamedWebhookSubscriptions($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) {
    nodes {
      ...StandingWebhookSubscription
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment StandingWebhookSubscription on WebhookSubscription {
  id
  topic
  uri
  format
  filter
  includeFields
  metafieldNamespaces
  metafields {
    namespace
    key
  }
}`) as unknown as TypedDocumentString<UnnamedWebhookSubscriptionsQuery, UnnamedWebhookSubscriptionsQueryVariables>;
export const WebhookSubscriptionAddDocument = new TypedDocumentString(`
    mutation WebhookSubscriptionAdd($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription {
      ...StandingWebhookSubscription
    }
    userErrors {
      field
      message
    }
  }
}
    fragment StandingWebhookSubscription on WebhookSubscription {
  id
  topic
  uri
  format
  filter
  includeFields
  metafieldNamespaces
  metafields {
    namespace
    key
  }
}`) as unknown as TypedDocumentString<WebhookSubscriptionAddMutation, WebhookSubscriptionAddMutationVariables>;
export const WebhookSubscriptionChangeDocument = new TypedDocumentString(`
    mutation WebhookSubscriptionChange($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription {
      ...StandingWebhookSubscription
    }
    userErrors {
      field
      message
    }
  }
}
    fragment StandingWebhookSubscription on WebhookSubscription {
  id
  topic
  uri
  format
  filter
  includeFields
  metafieldNamespaces
  metafields {
    namespace
    key
  }
}`) as unknown as TypedDocumentString<WebhookSubscriptionChangeMutation, WebhookSubscriptionChangeMutationVariables>;
export const WebhookSubscriptionRemoveDocument = new TypedDocumentString(`
    mutation WebhookSubscriptionRemove($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookSubscriptionRemoveMutation, WebhookSubscriptionRemoveMutationVariables>;