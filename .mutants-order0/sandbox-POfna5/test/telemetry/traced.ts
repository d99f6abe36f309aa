// @ts-nocheck
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { instrumentShopwright, type OtelOptions } from 'shopwright/otel';

/** Metrics as they are when somebody asks. */
class PulledMetrics extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** One value of a metric. */
export interface Point {
  readonly attributes: object;
  readonly value: unknown;
}

/** Telemetry of this process, in memory. End it with `stop()`: it is the whole process's. */
export interface Traced {
  readonly provider: TracerProvider;
  /** Spans that have ended. */
  spans(): readonly ReadableSpan[];
  /** The span of that name, which there is once. */
  span(name: string): ReadableSpan;
  /** Values by metric. */
  metrics(): Promise<Readonly<Record<string, readonly Point[]>>>;
  stop(): Promise<void>;
}

/** Switches telemetry on, with exporters in memory. */
export function traced(options: OtelOptions = {}): Traced {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const reader = new PulledMetrics();
  const meterProvider = new MeterProvider({ readers: [reader] });
  const telemetry = instrumentShopwright({ tracerProvider: provider, meterProvider, ...options });
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
  return {
    provider,
    spans,
    span(name) {
      const [found, ...more] = spans().filter((span) => span.name === name);
      if (!found || more.length > 0) throw new Error(`${spans().map((span) => span.name)} has not one ${name}`);
      return found;
    },
    async metrics() {
      const { resourceMetrics } = await reader.collect();
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => ({ attributes, value })),
        ]),
      );
    },
    async stop() {
      telemetry.stop();
      context.disable();
      await meterProvider.shutdown();
      await provider.shutdown();
    },
  };
}
