import { type ConnectionOptions, Queue } from 'bullmq';

/** Who works on a queue, and how much there is to do. */
export interface QueueWork {
  /** Jobs that wait, those of later included. */
  readonly jobs: number;
  /** Workers that are connected, of all processes. */
  readonly workers: number;
}

/**
 * Reads how many jobs and workers a queue has. Writes nothing.
 *
 * @param redis A client of ioredis. It stays open.
 */
export async function readQueueWork(redis: object, name: string, prefix: string): Promise<QueueWork> {
  // BullMQ knows ioredis by its shape, and its types by those of one version.
  const connection = redis as ConnectionOptions;
  const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true, skipVersionCheck: true });
  const failed = new Promise<never>((_resolve, reject) => queue.on('error', reject));
  try {
    const read = Promise.all([queue.getJobCounts('waiting', 'prioritized', 'delayed'), queue.getWorkersCount()]);
    const [counts, workers] = await Promise.race([read, failed]);
    return { jobs: Object.values(counts).reduce((sum, count) => sum + count, 0), workers };
  } finally {
    await queue.close();
  }
}
