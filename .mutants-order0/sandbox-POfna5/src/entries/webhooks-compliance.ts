// @ts-nocheck
export {
  type ComplianceCallback,
  type ComplianceHandlers,
  type ComplianceOptions,
  type ComplianceRequest,
  completeComplianceRequest,
  complianceHandlers,
  openComplianceRequests,
} from '../webhooks/compliance.ts';
export type {
  CustomerData,
  CustomerErasureReport,
  CustomerPerson,
  DeadLetterQueue,
  ErasableStores,
  ErasureReport,
  ShopEraser,
} from '../webhooks/erasure.ts';
export { type UninstalledOptions, uninstalledHandler } from '../webhooks/uninstalled.ts';
