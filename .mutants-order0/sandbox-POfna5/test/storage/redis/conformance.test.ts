// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { createTokenStore } from 'shopwright/auth';
import {
  describeKeyValueStore,
  describeSyncJournal,
  describeSyncRecordStore,
  describeTokenStore,
} from 'shopwright/testing';
import { afterAll, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { type ClientName, clients, createRedisBench } from './redis-bench.ts';

const { url, describe } = await redisOrSkip(5);
const runner = { describe, it, expect };

describe('redisStores', () => {
  for (const name of Object.keys(clients) as ClientName[]) {
    const redis = clients[name](url);
    afterAll(() => redis.quit());

    describeKeyValueStore(
      name,
      async () => {
        const { stores, open, advance, stall, close } = await createRedisBench(redis);
        const another = () => {
          const other = open();
          return { store: other.keyValue, close: () => other.close() };
        };
        return { store: stores.keyValue, another, advance, stall, close };
      },
      runner,
      { shared: true },
    );

    const wholeStores = async () => {
      const bench = await createRedisBench(redis);
      return { ...bench.stores, close: () => bench.close() };
    };
    describeSyncRecordStore(name, wholeStores, runner);
    describeSyncJournal(name, wholeStores, runner);

    describeTokenStore(
      name,
      async () => {
        const { stores, close } = await createRedisBench(redis);
        const keys = [{ id: 'k', secret: randomBytes(32) }];
        return { store: createTokenStore({ store: stores.keyValue, keys }), close };
      },
      runner,
    );
  }
});
