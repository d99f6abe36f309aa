// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';
import { traced } from '../../telemetry/traced.ts';

const { url, describe } = await redisOrSkip(6);

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function open() {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = `{${randomUUID()}}`;
  const producer = bullmqQueue({ connection, prefix });
  const worker = bullmqQueue({ connection, prefix, retryDelaysMs: [0] });
  const raw = new Queue('shopify-sync', { connection, prefix });
  cleanUp.push(
    () => connection.disconnect(),
    () => raw.close(),
    () => producer.close({ graceMs: 0 }),
    () => worker.close({ graceMs: 0 }),
  );
  return { producer, worker, raw };
}

describe('the trace of a job on BullMQ', () => {
  it('travels in its envelope to another worker, through each attempt', async () => {
    const telemetry = traced();
    cleanUp.push(() => telemetry.stop());
    const { producer, worker, raw } = open();
    const tracer = telemetry.provider.getTracer('host');
    const id = await tracer.startActiveSpan('request', async (span) => {
      const queued = await producer.enqueue({ type: 'push', payload: { sku: 'A' }, retryDelaysMs: [0] });
      span.end();
      return queued.id;
    });
    const request = telemetry.span('request').spanContext();
    const traceparent = `00-${request.traceId}-${request.spanId}-01`;
    expect((await raw.getJob(id))?.data).toMatchObject({ format: 1, payload: { sku: 'A' }, trace: { traceparent } });
    let runs = 0;
    worker.process('push', async ({ trace }) => {
      expect(trace).toEqual({ traceparent });
      tracer.startSpan('inside').end();
      runs += 1;
      if (runs === 1) throw new Error('once more');
    });
    await worker.drain();
    const jobs = telemetry.spans().filter(({ name }) => name === 'process push');
    expect(jobs.map(({ attributes }) => attributes['shopify.job.outcome'])).toEqual(['failed', 'done']);
    for (const job of jobs) {
      expect(job.kind).toBe(SpanKind.CONSUMER);
      expect(job.parentSpanContext).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
    }
    const inside = telemetry.spans().filter(({ name }) => name === 'inside');
    expect(inside.map((span) => span.parentSpanContext?.spanId)).toEqual(jobs.map((job) => job.spanContext().spanId));
  });

  it('is none where nobody traces, and what is no trace is not taken for one', async () => {
    const { producer, worker, raw } = open();
    const plain = await producer.enqueue({ type: 'push', payload: 1, delayMs: 60_000 });
    expect((await raw.getJob(plain.id))?.data).not.toHaveProperty('trace');
    const telemetry = traced();
    cleanUp.push(() => telemetry.stop());
    const odd = await producer.enqueue({ type: 'push', payload: 2 });
    const job = await raw.getJob(odd.id);
    await job?.updateData({ ...job.data, trace: { traceparent: 'Jane', tracestate: 7 } });
    worker.process('push', async () => undefined);
    // Only these: the telemetry of a process hears of all that goes on in it.
    await expect.poll(() => telemetry.spans().filter(({ name }) => name === 'process push').length).toBe(1);
    expect(telemetry.span('process push').parentSpanContext).toBeUndefined();
  });
});
