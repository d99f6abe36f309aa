/** Measures the CPU of a call, the contestants taking turns. Started by `cpuRace` with an origin and a number of rounds. */
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
async function bareFetch(): Promise<void> {
  const body = JSON.stringify({ query: operation.document, variables: operation.variables });
  const response = await fetch(`${origin}/admin/api/2026-10/graphql.json`, { method: 'POST', headers, body });
  await response.json();
}

const ours = await createContestant('shopwright', target);
const onUndici = hasEntry('shopwright/transport/undici') && (await createContestant('shopwright', await undici()));
const shopifys = await createContestant('admin-api-client', target);
const apiNode = await createContestant('shopify-api-node', target);
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'bare fetch': bareFetch,
  'shopwright on ky': () => ours.graphql(operation),
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
