import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ConfigError } from 'shopwright';
import { Agent, MockAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentOptions, type UndiciTransportOptions, undiciTransport } from '../../src/http/undici.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { connectionEnd, settled } from '../../src/testing/conformance/transport-harness.ts';
import { requestTo, serve } from './loopback.ts';

/** A transport that is closed at the end of the test. */
function transportFor(options?: UndiciTransportOptions): Required<Transport> {
  const transport = undiciTransport(options);
  onTestFinished(() => transport.close());
  return transport;
}

describe('the connections', () => {
  it('are limited to the allowed number', async () => {
    const server = await serve((_, response) => setImmediate(() => response.end('{}')));
    const transport = transportFor({ connections: 2 });
    await Promise.all(Array.from({ length: 10 }, () => transport.send(requestTo(server))));
    expect(server.connections()).toBe(2);
  });

  it('are not waited for after an abort, and the request is not sent later', async () => {
    const answers: (() => void)[] = [];
    const server = await serve((_, response) => answers.push(() => response.end('{}')));
    const transport = transportFor({ connections: 1 });
    const first = transport.send(requestTo(server));
    await server.received(1);
    const controller = new AbortController();
    const second = transport.send(requestTo(server, { signal: controller.signal }));
    controller.abort('enough');
    await expect(second).rejects.toBe('enough');
    for (const answer of answers) answer();
    await first;
    await settled();
    expect(server.requests).toHaveLength(1);
  });

  it('end when the transport is closed, after the calls in flight', async () => {
    const answers: (() => void)[] = [];
    const server = await serve((_, response) => answers.push(() => response.end('last')));
    const transport = transportFor();
    const last = transport.send(requestTo(server));
    await server.received(1);
    const closed = Promise.all([transport.close(), transport.close()]);
    for (const answer of answers) answer();
    expect((await last).body).toBe('last');
    await closed;
    // Would never resolve if the client kept its connection.
    await Promise.all(server.requests.map(connectionEnd));
  });

  it('are not opened by a closed transport, which reports that nothing was sent', async () => {
    const transport = undiciTransport();
    await transport.close();
    const server = await serve((_, response) => response.end('{}'));
    const sending = transport.send(requestTo(server));
    await expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: false });
    expect(server.connections()).toBe(0);
  });
});

describe('a dispatcher passed by the host', () => {
  it('sends everything', async () => {
    const dispatcher = new MockAgent();
    onTestFinished(() => dispatcher.close());
    dispatcher.disableNetConnect();
    dispatcher.get('https://acme.myshopify.com').intercept({ path: '/a?b=c', method: 'GET' }).reply(200, 'mocked');
    const transport = transportFor({ dispatcher });
    const { signal } = new AbortController();
    const url = 'https://acme.myshopify.com/a?b=c';
    expect((await transport.send({ method: 'GET', url, headers: {}, signal })).body).toBe('mocked');
  });

  it('stays open when the transport is closed', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.close());
    await undiciTransport({ dispatcher }).close();
    expect((await transportFor({ dispatcher }).send(requestTo(server))).status).toBe(200);
  });

  it('has sent nothing if its owner had closed it', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const dispatcher = new Agent();
    void dispatcher.close();
    const sending = transportFor({ dispatcher }).send(requestTo(server));
    await expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: false });
  });

  it('may have sent a request that was in flight when its owner destroyed it', async () => {
    const server = await serve(() => undefined);
    const dispatcher = new Agent();
    const sending = transportFor({ dispatcher }).send(requestTo(server));
    const rejected = expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: true });
    await server.received(1);
    await dispatcher.destroy();
    await rejected;
  });
});

describe('compression', () => {
  it('is requested as gzip, unless the request says otherwise', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const transport = transportFor();
    await transport.send(requestTo(server));
    await transport.send(requestTo(server, { headers: { 'accept-encoding': 'identity' } }));
    expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'identity']);
  });

  it.each([
    ['gzip', gzipSync('text é')],
    ['X-GZIP', gzipSync('text é')],
    ['br', brotliCompressSync('text é')],
    ['deflate', deflateSync('text é')],
    ['deflate, gzip', gzipSync(deflateSync('text é'))],
    ['identity', Buffer.from('text é')],
    ['unheard-of', Buffer.from('text é')],
  ])('is decoded for %s', async (coding, bytes) => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(bytes));
    expect((await transportFor().send(requestTo(server))).body).toBe('text é');
  });

  it('of an empty body is empty', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end());
    expect((await transportFor().send(requestTo(server))).body).toBe('');
  });

  it('that was truncated is an invalid response', async () => {
    const cut = gzipSync('a text that is long enough').subarray(0, 30);
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(cut));
    const sending = transportFor().send(requestTo(server));
    await expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: true });
  });
});

describe('the options', () => {
  it('are translated for undici', () => {
    const settings = {
      connections: 3,
      keepAliveTimeoutMs: 1,
      connectTimeoutMs: 0,
      headersTimeoutMs: 4,
      bodyTimeoutMs: 5,
    };
    expect(agentOptions(settings)).toEqual({
      allowH2: false,
      connections: 3,
      keepAliveTimeout: 1,
      connectTimeout: 0,
      headersTimeout: 4,
      bodyTimeout: 5,
    });
    expect(agentOptions({})).toEqual({ allowH2: false });
  });

  it('are refused together if they are invalid', () => {
    const make = (): unknown => undiciTransport({ connections: 0, keepAliveTimeoutMs: 1.5, bodyTimeoutMs: 0 });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/connections: is 0\. .*keepAliveTimeoutMs: is 1\.5\. /s);
    expect(make).not.toThrow(/bodyTimeoutMs/);
  });
});

it('refuses an invalid address, and reports that nothing was sent', async () => {
  const server = await serve((_, response) => response.end('{}'));
  const sending = transportFor().send(requestTo(server, { url: 'not an address' }));
  await expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: false });
});

describe('a runtime whose undici is a stub', () => {
  it('is refused when the transport is created, with an alternative', () => {
    // Bun's Agent has no such method.
    Object.defineProperty(Agent.prototype, 'dispatch', { value: undefined, configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(Agent.prototype, 'dispatch'));
    expect(() => undiciTransport()).toThrow(/undiciTransport: does not work here.*Omit the option transport/);
  });

  it('is distinguished from an object that is not a dispatcher', () => {
    const dispatcher = { request: () => true } as unknown as Agent;
    expect(() => undiciTransport({ dispatcher })).toThrow(/undiciTransport\.dispatcher: has no method `dispatch`/);
  });
});

describe('a mock agent', () => {
  it('without a response and without network access causes an error that nothing was sent', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    onTestFinished(() => dispatcher.close());
    const server = await serve((_, response) => response.end('{}'));
    const sending = undiciTransport({ dispatcher }).send(requestTo(server));
    await expect(sending).rejects.toMatchObject({ code: 'NETWORK_ERROR', mayHaveExecuted: false });
    expect(server.requests).toHaveLength(0);
  });
});
