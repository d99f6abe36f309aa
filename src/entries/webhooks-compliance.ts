export type { ErasableStores, ShopEraser } from '../webhooks/compliance.ts';
export {
  type ComplianceCallback,
  type ComplianceHandlers,
  type ComplianceOptions,
  type ComplianceRequest,
  completeComplianceRequest,
  complianceHandlers,
  openComplianceRequests,
} from '../webhooks/compliance.ts';
export { type UninstalledOptions, uninstalledHandler } from '../webhooks/uninstalled.ts';
