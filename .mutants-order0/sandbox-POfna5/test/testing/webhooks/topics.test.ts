// @ts-nocheck
import { describe, expect, expectTypeOf, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { schemaText } from '../../../src/graphql/schema-file.ts';
import {
  complianceTopics,
  eventTopics,
  topicFromEnum,
  topicToEnum,
  type WebhookTopic,
  webhookTopics,
} from '../../../src/webhooks/topics.ts';

const schema = schemaText(generatedApiVersion);
const enumNames = /enum WebhookSubscriptionTopic \{([^}]*)\}/.exec(schema)?.[1]?.trim().split(/\s+/) ?? [];

describe('the table of topics', () => {
  it('is exactly the enum of the schema', () => {
    expect(enumNames).toHaveLength(218);
    expect(webhookTopics.map(topicToEnum).toSorted()).toEqual(enumNames.toSorted());
    expect(new Set(webhookTopics).size).toBe(218);
  });

  it('leads from each enum value to one wire name and back', () => {
    for (const name of enumNames) expect(topicToEnum(topicFromEnum(name) ?? '')).toBe(name);
  });

  it.each([
    ['INVENTORY_TRANSFERS_UPDATE_ITEM_QUANTITIES', 'inventory_transfers/update_item_quantities'],
    ['INVENTORY_TRANSFERS_UPDATED', 'inventory_transfers/updated'],
    ['ORDERS_UPDATED', 'orders/updated'],
    ['PRODUCTS_UPDATE', 'products/update'],
    ['DOMAINS_DESTROY', 'domains/destroy'],
    ['CUSTOMER_TAGS_ADDED', 'customer.tags_added'],
    ['CUSTOMERS_WHATS_APP_MARKETING_CONSENT_UPDATE', 'customers_whats_app_marketing_consent/update'],
    ['ORDERS_UPDATE', undefined],
  ])('knows %s as %s', (name, wire) => {
    expect(topicFromEnum(name)).toBe(wire);
  });

  it('has four names with a dot', () => {
    expect(webhookTopics.filter((topic) => topic.includes('.'))).toHaveLength(4);
  });

  it('leaves out the compliance topics, which cannot be subscribed to', () => {
    const names = new Set<string>(webhookTopics);
    expect(complianceTopics.filter((topic) => names.has(topic))).toEqual([]);
  });

  it('is a type too', () => {
    expectTypeOf<'products/update'>().toExtend<WebhookTopic>();
    expectTypeOf<'customer.tags_added'>().toExtend<WebhookTopic>();
    expectTypeOf<'orders/update'>().not.toExtend<WebhookTopic>();
  });
});

describe('the table of next-generation topics', () => {
  it('names types of the schema', () => {
    expect(eventTopics).toHaveLength(18);
    for (const topic of eventTopics) expect(schema).toContain(`\ntype ${topic} `);
  });
});
