// @ts-nocheck
export { instrumentShopwright, type OtelInstrumentation, type OtelOptions } from '../telemetry/otel.ts';
