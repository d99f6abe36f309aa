// A worker: takes batches of products from the queue. Start as many as you like. On SIGTERM it finishes its current
// work.
import { once } from 'node:events';
import { openService, placeOfProcess } from './service.ts';

const service = openService(placeOfProcess());
service.work();
process.send?.('ready');

await once(process, 'SIGTERM');
await service.close();
process.send?.({ mutations: service.mutations() });
process.disconnect?.();
