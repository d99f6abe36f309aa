import { ConfigError } from '../errors/errors.ts';
import type { JobHandler } from '../ports/job-queue.ts';
import { createDurable } from './durable/durable.ts';
import type { WebhookAnswer, WebhookDelivery, WebhookHandlerOptions } from './events.ts';
import { acceptDirectly, processWebhook } from './process.ts';
import type { Receive } from './receive.ts';
import { fromRequest } from './request-body.ts';
import { toResponse } from './response.ts';

/** The half of a handler that is loaded after it is made. */
export interface Handling {
  process(delivery: WebhookDelivery): Promise<WebhookAnswer>;
  /** The same with fetch's own objects. */
  respond(request: Request): Promise<Response>;
  readonly doJob: JobHandler;
}

/** Makes what handles deliveries; with a queue, it takes up at once what an earlier process left. The options are checked. */
export function createHandling(options: WebhookHandlerOptions, receive: Receive): Handling {
  const { store } = options;
  const durable = store && createDurable(options, store);
  const accept = durable?.accept ?? acceptDirectly(options);
  const process = (delivery: WebhookDelivery): Promise<WebhookAnswer> =>
    processWebhook(delivery, receive, options, accept);
  return {
    process,
    respond: async (request) => toResponse(await process(fromRequest(request))),
    async doJob(job) {
      if (!durable) throw new ConfigError([{ field: 'store', message: 'is needed with a queue' }]);
      return durable.doJob(job);
    },
  };
}
