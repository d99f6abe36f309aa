// @ts-nocheck
export { bullmqQueue } from '../queue/bullmq/bullmq-queue.ts';

export type { BullmqQueueOptions, OwnRedis, RedisToCopy } from '../queue/bullmq/settings.ts';
