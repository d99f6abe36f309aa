// @ts-nocheck
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessQueue } from 'shopwright/queue';
import { type RecordTraceOptions, recordTrace } from 'shopwright/telemetry';
import { createManualClock } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { good, scriptedShop, status } from '../client/scripted-shop.ts';
import { findLeaks, secrets } from '../errors/leaks.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function recorded(options: Partial<RecordTraceOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'trace.ndjson');
  const recording = recordTrace({ file, ...options });
  cleanUp.push(() => recording.stop());
  return { file, recording, lines: () => linesOf(recording.preview()) };
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const query = 'query Q { shop { name } }';

describe('recordTrace', () => {
  it('writes what it has shown, and nothing before', async () => {
    const { file, recording } = recorded();
    const { shop, clock } = scriptedShop([status(503), good({}, { requested: 12, actual: 7 })]);
    await clock.run(shop.graphql(query));
    const shown = recording.preview();
    expect(() => statSync(file)).toThrow('ENOENT');
    writeFileSync(file, 'older');
    expect(await recording.write()).toBe(shown);
    expect(readFileSync(file, 'utf8')).toBe(shown);
    const [head, ...events] = linesOf(shown);
    expect(head).toMatchObject({ type: 'trace', format: 1, events: 6, lastMs: 300_000, node: process.version });
    expect(events.map(({ type }) => type)).toEqual(['permit', 'attempt', 'retry', 'permit', 'attempt', 'call']);
    expect(events[4]).toEqual({
      ...{ atMs: expect.any(Number), type: 'attempt', callId: events[0]?.['callId'], shop: events[0]?.['shop'] },
      ...{ operation: 'Q', attempt: 2, status: 200, errorCode: null, durationMs: expect.any(Number) },
      ...{ requestedCost: 12, actualCost: 7, available: 1_998 },
    });
  });

  it('is readable by its user only, also where a file stood there that all could read', async () => {
    const { file, recording } = recorded();
    writeFileSync(file, 'older', { mode: 0o644 });
    await recording.write();
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('keeps the last milliseconds', async () => {
    const { shop, clock } = scriptedShop([good()]);
    const { lines } = recorded({ lastMs: 1_000, clock });
    await clock.run(shop.graphql('query Old { shop { name } }'));
    await clock.advance(1_001);
    await clock.run(shop.graphql('query New { shop { name } }'));
    expect(new Set(lines().flatMap(({ operation }) => operation ?? []))).toEqual(new Set(['New']));
  });

  it('shows shops, calls and jobs as hashes: the same in one trace, and others in the next', async () => {
    const [one, other] = [recorded(), recorded()];
    const { shop, clock } = scriptedShop([() => Response.json({ customer: {} })]);
    await clock.run(shop.rest.get('customers/4711.json'));
    const queue = inProcessQueue({ name: `for ${secrets.email}`, retryDelaysMs: [] });
    queue.process('work', async () => undefined);
    await queue.enqueue({ type: 'work', payload: secrets });
    await queue.close();
    const shops = [one, other].map(({ lines }) => new Set(lines().flatMap((line) => line['shop'] ?? [])));
    expect(shops.map(({ size }) => size)).toEqual([1, 1]);
    expect([...(shops[0] ?? [])]).toEqual([expect.stringMatching(/^[\da-f]{12}$/)]);
    expect(shops[0]).not.toEqual(shops[1]);
    const text = one.recording.preview();
    expect(text).toContain('GET customers/{id}.json');
    expect(text).not.toMatch(/acme|4711|for jane|"work"/);
  });

  it('holds no text that a response or a request brought', async () => {
    const { recording } = recorded();
    const headers = {
      'x-request-id': secrets.row,
      'x-shopify-api-version': secrets.row,
      'x-shopify-api-deprecated-reason': secrets.email,
    };
    const { shop, clock } = scriptedShop([() => Response.json({ data: { ...secrets } }, { headers })], {
      accessToken: secrets.token,
    });
    await clock.run(shop.graphql('query Q($input: String) { shop { name } }', { input: secrets.clientSecret }));
    const text = recording.preview();
    expect(text).toContain('"served":"other"');
    expect(text).toContain('"type":"deprecation"');
    expect(findLeaks({ lines: linesOf(text) })).toEqual([]);
    expect(findLeaks({ lines: [...linesOf(text), { planted: secrets.row }] })).toHaveLength(1);
  });

  it('ends, and refuses what it does not know', async () => {
    const { recording, lines } = recorded({ clock: createManualClock() });
    recording.stop();
    const { shop, clock } = scriptedShop([good()]);
    await clock.run(shop.graphql(query));
    expect(lines()).toMatchObject([{ type: 'trace', events: 0 }]);
    for (const options of [{ file: '' }, { file: 'x', lastMs: 0 }, { file: 'x', last: 1 }, { file: 'x', clock: {} }])
      expect(() => recordTrace(options as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
