import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeCertificate } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runShopwright } from '../../src/cli/run-shopwright.ts';
import { ask, pushMutation, tee } from '../testing/ask.ts';

/** Runs a command line and keeps what it writes. */
function start(...args: string[]) {
  const stopping = new AbortController();
  const out: string[] = [];
  const errors: string[] = [];
  const code = runShopwright(args, {
    out: (line) => out.push(line),
    error: (line) => errors.push(line),
    stop: stopping.signal,
  });
  return { code, out, errors, stop: () => stopping.abort() };
}

/** Runs `shopwright fake` on a free port until it says where it listens. */
async function startFake(...args: string[]) {
  const started = start('fake', '--port', '0', ...args);
  await expect.poll(() => started.out.join('\n')).toContain('Ctrl-C');
  const host = /origin\s+(\S+)/.exec(started.out.join('\n'))?.[1] ?? '';
  return { ...started, host };
}

describe('shopwright', () => {
  it.each(['--help', '-h', 'help'])('prints its commands for %s', async (flag) => {
    const { code, out, errors } = start(flag);
    expect(await code).toBe(0);
    expect(out.join('\n')).toMatch(/Usage: shopwright <command>[\s\S]*fake/);
    expect(errors).toEqual([]);
  });

  it('says what the demo does, and refuses an option that it does not have', async () => {
    const { code, out } = start('demo', '--help');
    expect(await code).toBe(0);
    expect(out.join('\n')).toMatch(/shopwright demo[\s\S]*--verbose/);
    const refused = start('demo', '--fast');
    expect(await refused.code).toBe(1);
    expect(refused.errors).toEqual(["shopwright: arguments: Unknown option '--fast'. Try: shopwright demo --help"]);
  });

  it('prints its commands as an error where it is given none', async () => {
    const { code, out, errors } = start();
    expect(await code).toBe(1);
    expect(out).toEqual([]);
    expect(errors.join('\n')).toContain('Usage: shopwright <command>');
  });

  it('refuses an unknown command in one line, with the nearest that exists', async () => {
    const { code, errors } = start('rolback');
    expect(await code).toBe(1);
    const line =
      'shopwright: command "rolback" does not exist. Did you mean rollback? See all commands with: shopwright --help';
    expect(errors).toEqual([line]);
    // A name that each object has is none of its own.
    expect(await start('constructor').code).toBe(1);
  });

  it('names what is missing, and suggests nothing that is not similar', async () => {
    const far = start('frobnicate');
    expect(await far.code).toBe(1);
    expect(far.errors).toEqual([
      'shopwright: command "frobnicate" does not exist. See all commands with: shopwright --help',
    ]);
    const half = start('schema');
    expect(await half.code).toBe(1);
    expect(half.errors).toEqual(['shopwright: schema needs the command pull. Try: shopwright schema --help']);
  });

  it.each(['--version', '-v'])('prints the version of the package for %s', async (flag) => {
    const { code, out } = start(flag);
    expect(await code).toBe(0);
    expect(out).toEqual([packageJson.version]);
  });
});

describe('shopwright fake', () => {
  it('prints its options', async () => {
    const { code, out } = start('fake', '--help');
    expect(await code).toBe(0);
    expect(out.join('\n')).toContain('--latency MS');
  });

  it('serves a shop until it is told to stop, and says where and how', async () => {
    const { code, out, errors, host, stop } = await startFake(
      '--shop',
      'acme',
      '--token',
      'shpat_mine',
      '--plan',
      'plus',
    );
    expect(out.join('\n')).toMatch(/shop\s+acme\.myshopify\.com \(plus\)\n\s+token\s+shpat_mine\n/);
    const { status, json } = await ask(globalThis.fetch, { host, token: 'shpat_mine' });
    expect([status, json.extensions.cost.throttleStatus.maximumAvailable]).toEqual([200, 20_000]);
    stop();
    expect(await code).toBe(0);
    expect(out.at(-1)).toBe('Stopped after 1 calls.');
    expect(errors).toEqual([]);
    await expect(ask(globalThis.fetch, { host })).rejects.toThrow('fetch failed');
  });

  it('stops at once where the signal came first', async () => {
    const { code, out, stop } = start('fake', '--port', '0');
    stop();
    expect(await code).toBe(0);
    expect(out.at(-1)).toBe('Stopped after 0 calls.');
  });

  it('gives tokens to an app, and says by which credentials', async () => {
    const { code, out, host, stop } = await startFake('--client-id', 'crm', '--client-secret', 'shpss_crm');
    expect(out.join('\n')).toMatch(/app\s+crm, secret shpss_crm/);
    const body = JSON.stringify({ client_id: 'crm', client_secret: 'shpss_crm', grant_type: 'client_credentials' });
    const { json } = await ask(globalThis.fetch, { host, path: '/admin/oauth/access_token', body });
    expect((await ask(globalThis.fetch, { host, token: json.access_token })).status).toBe(200);
    stop();
    expect(await code).toBe(0);
  });

  it('serves HTTPS, and writes down whom to trust', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cli-tls-'));
    try {
      const file = join(folder, 'ca.pem');
      const { code, out, host, stop } = await startFake('--tls', '--ca', file);
      expect(host).toMatch(/^https:\/\/127\.0\.0\.1:/);
      expect(out.join('\n')).toContain(`ca        ${file}`);
      expect(readFileSync(file, 'utf8')).toBe(fakeCertificate);
      stop();
      expect(await code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('meets faults by chance', async () => {
    const { code, out, host, stop } = await startFake('--faults', '1', '--seed', '3', '--latency', '1');
    expect(out.join('\n')).toMatch(/faults\s+100 % of calls, seed 3/);
    const outcome = await ask(globalThis.fetch, { host }).then(
      ({ text }) => text,
      (error: Error) => error.message,
    );
    expect(outcome).not.toContain('"data"');
    stop();
    expect(await code).toBe(0);
  });

  describe('with a snapshot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cli-fake-'));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('has on the next start what it had', async () => {
      const file = join(folder, 'shop.jsonl');
      const first = await startFake('--snapshot', file);
      expect(first.out.join('\n')).toContain(file);
      await ask(globalThis.fetch, { host: first.host, query: pushMutation, variables: tee() });
      first.stop();
      await first.code;

      const second = await startFake('--snapshot', file);
      const { json } = await ask(globalThis.fetch, { host: second.host, query: '{ productsCount { count } }' });
      expect(json.data.productsCount.count).toBe(1);
      second.stop();
      expect(await second.code).toBe(0);
    });

    it('fails with one line where the file cannot be written', async () => {
      const { code, errors } = start('fake', '--port', '0', '--snapshot', '/dev/null/shop.jsonl');
      expect(await code).toBe(1);
      expect(errors).toEqual([expect.stringMatching(/^shopwright: .*\/dev\/null\/shop\.jsonl/)]);
    });
  });

  it.each([
    [['--port', '70000'], '--port is "70000". Use a whole number from 0 to 65535.'],
    [['--port', ''], '--port is "". Use a whole number from 0 to 65535.'],
    [['--seed', '1.5'], '--seed is "1.5". Use a whole number from 0 to 4294967295.'],
    [['--faults', '3'], '--faults is "3". Use a number from 0 to 1.'],
    [['--latency', 'soon'], '--latency is "soon". Use a number from 0 to 600000.'],
    [['--plan', 'huge'], '--plan is "huge". Use one of: standard, advanced, plus.'],
    [['--token', ''], '--token is empty. Set any value, or omit it.'],
    [['--client-id', ''], '--client-id is empty. Set any value, or omit it.'],
    [['--client-secret', ''], '--client-secret is empty. Set any value, or omit it.'],
    [['--ca', 'ca.pem'], '--ca is only for HTTPS. Add --tls.'],
    [['--shop', 'evil.com'], 'shops[0].domain "evil.com" is not a shop domain. Write it like "demo.myshopify.com".'],
    [['--colour', 'red'], "arguments: Unknown option '--colour'. Try: shopwright fake --help"],
    [['now'], "arguments: Unexpected argument 'now'. Try: shopwright fake --help"],
  ])('refuses %j in one line', async (args, message) => {
    const { code, out, errors } = start('fake', ...args);
    expect(await code).toBe(1);
    expect(errors).toEqual([`shopwright: ${message}`]);
    expect(out).toEqual([]);
  });

  it('says when the port is taken', async () => {
    const first = await startFake();
    const port = new URL(first.host).port;
    const { code, errors } = start('fake', '--port', port);
    expect(await code).toBe(1);
    expect(errors).toEqual([`shopwright: --port is ${port}, which is in use. Use another one.`]);
    first.stop();
    await first.code;
  });
});
