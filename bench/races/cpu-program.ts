/**
 * Measures the CPU of a call; the contestants take turns. Started by `cpuRace` with an origin and a number of rounds.
 */
import ky from 'ky';
import { kyTransport } from 'shopwright';
import { Agent, request } from 'undici';
import { hasEntry } from './available.ts';
import { createContestant } from './contestants.ts';
import type { Operation } from './operations.ts';
import { race } from './race.ts';
import { median } from './statistics.ts';

const [origin = '', rounds = '7'] = process.argv.slice(2);
const callsARound = 600;
const operation: Operation = {
  id: 'cpu',
  name: 'ShopName',
  kind: 'query',
  document: 'query ShopName { shop { name } }',
  variables: {},
};
const target = { origin };

const headers = { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_fake' };
const url = `${origin}/admin/api/2026-10/graphql.json`;
const bodyOf = (): string => JSON.stringify({ query: operation.document, variables: operation.variables });

async function bareFetch(): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf() });
  await response.json();
}

/** The least that a host needs for ending a call in time. */
async function fetchWithSignal(): Promise<void> {
  const { signal } = new AbortController();
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf(), signal });
  await response.json();
}

/** An instance with a hook, as a host may have. */
const hostKy = ky.create({ retry: 0, timeout: false, hooks: { beforeRequest: [() => undefined] } });
async function bareKy(): Promise<void> {
  const { signal } = new AbortController();
  await hostKy.post(url, { headers, body: bodyOf(), signal }).json();
}

const agent = new Agent();
async function bareUndici(): Promise<void> {
  const { signal } = new AbortController();
  const response = await request(url, { method: 'POST', headers, body: bodyOf(), signal, dispatcher: agent });
  await response.body.json();
}

const ours = await createContestant('shopwright', target);
const onHostKy = await createContestant('shopwright', { ...target, transport: kyTransport({ ky: hostKy }) });
const onUndici = hasEntry('shopwright/transport/undici') && (await createContestant('shopwright', await undici()));
const shopifys = await createContestant('admin-api-client', target);
const apiNode = await createContestant('shopify-api-node', target);
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'bare fetch': bareFetch,
  'fetch with a signal': fetchWithSignal,
  "a host's ky": bareKy,
  'undici request': bareUndici,
  'shopwright on ky': () => ours.graphql(operation),
  "shopwright on a host's ky": () => onHostKy.graphql(operation),
  ...(onUndici && { 'shopwright on undici': () => onUndici.graphql(operation) }),
  'admin-api-client': () => shopifys.graphql(operation),
  'shopify-api-node': () => apiNode.graphql(operation),
};

const measured = Object.fromEntries(Object.keys(calls).map((name): [string, number[]] => [name, []]));
for (let round = -1; round < Number(rounds); round += 1) {
  for (const [name, call] of Object.entries(calls)) {
    const before = process.cpuUsage();
    const { outcomes } = await race(
      Array.from({ length: callsARound }, () => call),
      32,
    );
    const { user, system } = process.cpuUsage(before);
    const failed = outcomes.find(({ error }) => error !== undefined);
    if (failed) throw failed.error;
    // The first round warms up.
    if (round >= 0) measured[name]?.push((user + system) / callsARound);
  }
}
process.send?.(Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)])));

async function undici() {
  const { undiciTransport } = await import('shopwright/transport/undici');
  return { ...target, transport: undiciTransport() };
}
