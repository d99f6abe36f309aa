// @ts-nocheck
// A worker: takes batches of products from the queue, as many workers as you start. On SIGTERM it ends what it has begun.
import { once } from 'node:events';
import { openService, placeOfProcess } from './service.ts';

const service = openService(placeOfProcess());
service.work();
process.send?.('ready');

await once(process, 'SIGTERM');
await service.close();
process.send?.({ mutations: service.mutations() });
process.disconnect?.();
