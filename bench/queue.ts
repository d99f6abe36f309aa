/**
 * Jobs per second of the two queues, beside the engine of each on its own, in the same run: `npm run bench:queue`.
 * The jobs do nothing, so this is the queue's own cost. With REDIS_URL it measures BullMQ too. Under 40 seconds.
 */
import { performance } from 'node:perf_hooks';
import { inProcessQueue } from 'shopwright/queue';

const concurrency = 8;
const type = 'work';

/** Jobs per second of so many jobs. */
async function perSecond(jobs: number, work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return Math.round((jobs / (performance.now() - startMs)) * 1_000);
}

function report(name: string, own: number, bare: number): void {
  console.log(`${name}: ${own} jobs/s, ${(own / bare).toFixed(2)} of ${bare} jobs/s bare`);
}

async function inProcess(): Promise<void> {
  const { default: Bottleneck } = await import('bottleneck');
  const limiter = new Bottleneck({ maxConcurrent: concurrency });
  const bareJobs = 2_000;
  const bare = await perSecond(bareJobs, () =>
    Promise.all(Array.from({ length: bareJobs }, () => limiter.schedule(async () => undefined))),
  );
  const queue = inProcessQueue({ concurrency });
  const jobs = 100_000;
  const queued = await perSecond(jobs, async () => {
    for (let job = 0; job < jobs; job++) await queue.enqueue({ type, payload: { job }, key: `product ${job}` });
  });
  const done = await perSecond(jobs, () => {
    queue.process(type, async () => undefined);
    return queue.drain();
  });
  console.log(`in process: ${queued} jobs/s queued, up to a backlog of ${jobs}`);
  report('in process, done', done, bare);
  await queue.close();
}

async function onRedis(url: string): Promise<void> {
  const [{ Redis }, { Queue, Worker }, { bullmqQueue }] = await Promise.all([
    import('ioredis'),
    import('bullmq'),
    import('shopwright/queue/bullmq'),
  ]);
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = `{bench-${process.pid}}`;
  const jobs = 3_000;
  const numbers = Array.from({ length: jobs }, (_, job) => job);

  const bareQueue = new Queue('bare', { connection, prefix });
  const bare = await perSecond(jobs, async () => {
    await Promise.all(numbers.map((job) => bareQueue.add(type, { job }, { removeOnComplete: true, priority: 1 })));
    let done = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const count = async (): Promise<void> => void (++done === jobs && resolve());
    const worker = new Worker('bare', count, { connection, prefix, concurrency });
    await promise;
    await worker.close();
  });
  await bareQueue.close();

  for (const [name, key] of Object.entries({
    'without keys': () => ({}),
    'with keys': (job: number) => ({ key: `product ${job}` }),
  })) {
    const queue = bullmqQueue({ connection, prefix, concurrency, name: name.replaceAll(' ', '-') });
    const own = await perSecond(jobs, async () => {
      await Promise.all(numbers.map((job) => queue.enqueue({ type, payload: { job }, ...key(job) })));
      let done = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      queue.process(type, async () => void (++done === jobs && resolve()));
      await promise;
    });
    report(`on BullMQ, ${name}`, own, bare);
    await queue.close();
  }
  const left = await connection.keys(`${prefix}*`);
  if (left.length > 0) await connection.del(...left);
  connection.disconnect();
}

await inProcess();
const redisUrl = process.env['REDIS_URL'];
if (redisUrl === undefined) console.log('on BullMQ: not measured, since REDIS_URL is not set');
else await onRedis(redisUrl);
