// @ts-nocheck
export {
  type ComplianceTopic,
  complianceTopics,
  type EventAction,
  type EventTopic,
  eventTopics,
  topicFromEnum,
  topicToEnum,
  type WebhookTopic,
  webhookTopics,
} from '../webhooks/topics.ts';
