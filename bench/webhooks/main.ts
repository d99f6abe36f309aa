// What webhooks cost. Prints tables; nothing is asserted, since machines differ. `npm run bench:webhooks` in the root.
import { measureDeliveries } from './deliveries.ts';
import { measureVerification } from './verification.ts';

await measureVerification();
await measureDeliveries();
