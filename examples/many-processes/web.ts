// The web process: `POST /runs/:id` with a list of ids queues a run, `GET /runs/:id` returns its progress. It pushes
// nothing.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openService, placeOfProcess } from './service.ts';

const service = openService(placeOfProcess());
const runs = service.runs();

const server = createServer(async (request, response) => {
  const respond = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  try {
    const [, id = ''] = /^\/runs\/([\w-]+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'POST' && id) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      // The same id over the same products is the same run: a client may ask twice.
      await runs.start(JSON.parse(Buffer.concat(chunks).toString()) as string[], { id });
      return respond(202, { id });
    }
    const run = id ? await runs.get(id) : undefined;
    if (!run) return respond(404, { error: 'There is no such run.' });
    const { state, progress } = run;
    return respond(200, { state, done: progress.done, failed: progress.failed, total: progress.total });
  } catch (error) {
    console.error(error);
    return respond(500, { error: 'The run could not be started or read.' });
  }
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

await once(process, 'SIGTERM');
server.close();
server.closeAllConnections();
await service.close();
process.disconnect?.();
