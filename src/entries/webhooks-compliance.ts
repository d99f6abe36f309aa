export type { ErasableStores, ShopEraser } from '../webhooks/compliance/erase-shop.ts';
export {
  type ComplianceRequest,
  completeComplianceRequest,
  openComplianceRequests,
} from '../webhooks/compliance/requests.ts';
export {
  type ComplianceCallback,
  type ComplianceHandlers,
  type ComplianceOptions,
  complianceHandlers,
} from '../webhooks/compliance.ts';
