import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../../.ci/tools/programs.ts';

/** Runs the demo as a separate process, in a temporary folder that must be empty afterwards. */
function runDemo(...args: string[]) {
  const temporary = mkdtempSync(join(tmpdir(), 'shopwright-demo-test-'));
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/shopwright.js'), 'demo', ...args],
      // Any request beyond this machine would have to use the proxy: this one refuses.
      {
        cwd: temporary,
        encoding: 'utf8',
        env: {
          ...process.env,
          TMPDIR: temporary,
          TEMP: temporary,
          NODE_USE_ENV_PROXY: '1',
          HTTPS_PROXY: 'http://127.0.0.1:9',
        },
      },
    );
    return { status, lines: stdout.trimEnd().split('\n'), text: stdout, errors: stderr, left: readdirSync(temporary) };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The numbers in the first matching line. */
function figures(text: string, line: RegExp): readonly number[] {
  const found = line.exec(text);
  expect(found, `${line} in:\n${text}`).not.toBeNull();
  return found?.slice(1).map((figure) => Number(figure.replaceAll(',', ''))) ?? [];
}

describe('shopwright demo', () => {
  let demo: ReturnType<typeof runDemo>;
  beforeAll(() => {
    demo = runDemo();
  });

  it('succeeds, prints nothing else, and leaves nothing behind', () => {
    expect(demo).toMatchObject({ status: 0, errors: '', left: [] });
  });

  it('fits on one screen', () => {
    expect(demo.lines.length).toBeLessThanOrEqual(40);
    expect(demo.lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('plans what is created, changed and removed, with its cost', () => {
    for (const sign of ['+', '~', '-'])
      expect(demo.lines.some((line) => line.trim().startsWith(`${sign} `))).toBe(true);
    const [creates = 0, updates = 0, deletes = 0] = figures(
      demo.text,
      /: (\d+) to create, (\d+) to update, (\d+) variants to delete,/,
    );
    const [points = 0, calls = 0] = figures(demo.text, /; (\d+) points in (\d+) calls\./);
    expect(Math.min(creates, updates, deletes)).toBeGreaterThan(0);
    expect(calls).toBe(creates + updates + deletes);
    expect(points).toBeGreaterThan(10 * calls);
  });

  it('kills the process half-way, and sends nothing twice', () => {
    const [planned = 0] = figures(demo.text, /points in (\d+) calls\./);
    expect(demo.text).toContain('Killed (SIGKILL).');
    const [before = 0, after = 0, twice] = figures(
      demo.text,
      /(\d+) mutations by the killed process, (\d+) by .*, (\d+) twice/,
    );
    expect(twice).toBe(0);
    expect(before + after).toBe(planned);
    expect(before).toBeGreaterThan(0);
    expect(after).toBeGreaterThan(0);
  });

  // How often the naive loop is throttled depends on the speed of the machine.
  it('is throttled at most once, and no more than a naive loop', () => {
    const [sent, planned, throttled = 0, naive] = figures(
      demo.text,
      /█{20} (\d+)\/(\d+) calls; throttled: (\d+), a naive loop: (\d+)/,
    );
    expect(sent).toBe(planned);
    expect(throttled).toBeLessThanOrEqual(1);
    expect(naive).toBeGreaterThanOrEqual(throttled);
  });

  it('corrects an option value beside a merchant: the drift is reported, id and stock stay', () => {
    expect(demo.text).toMatch(
      /\? title: was "(.+)", shop has "\1, last few", draft\s+says "\1" \(changed in the shop\)/,
    );
    expect(demo.text).toMatch(
      /~ variant (\S+) options: Colour: Rsut → Colour: Rust[\s\S]*\n\1 is ProductVariant \d+ as before, with 9 of 12 in stock\./,
    );
  });

  it("restores the shop, except for the merchant's edits", () => {
    const text = demo.text.replaceAll(/\n {2}(?=\S)/g, ' ');
    const [creates, updates, deletes] = figures(text, /: (\d+) to create, (\d+) to update, (\d+) variants to delete/);
    expect(figures(text, /\$ shopwright rollback monday\n(\d+) restored, (\d+) removed\n/)).toEqual([updates, creates]);
    const end =
      /The shop equals the start, ([\d,]+) of ([\d,]+) values, except for the merchant's changes \(alder-wool-scarf title, stock of ALDER-WOOL-SCARF-2 available\); ids of (\d+) variants that were deleted and created again\.\n/;
    const [same = 0, all = 0, remade = 0] = figures(text, end);
    expect(remade).toBe(deletes);
    expect(all).toBeGreaterThan(1_000);
    // A variant has its own id, one of its inventory item, and one or two of its option values.
    expect(all - same).toBeGreaterThanOrEqual(2 + 2 * remade);
  });

  it('lists what is wrong with each invalid row on request', () => {
    const [errors = 0] = figures(demo.text, /^! (\d+) errors: .*--verbose/m);
    const { status, lines } = runDemo('--verbose');
    expect(status).toBe(0);
    expect(lines.filter((line) => /^ {2}today\.csv, row \d+, .+: /.test(line))).toHaveLength(errors);
    expect(errors).toBeGreaterThan(0);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('shopwright demo --dashboard', () => {
  it('shows a running service at the printed address, and ends when it is stopped', async () => {
    const child = spawn(process.execPath, [join(root, 'dist/cli/shopwright.js'), 'demo', '--dashboard'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      await vi.waitFor(() => expect(out).toMatch(/http:\/\/127\.0\.0\.1:\d+\//), { timeout: 30_000 });
      const [address = ''] = /http:\S+/.exec(out) ?? [];
      await vi.waitFor(
        async () => {
          const now = await (await fetch(`${address}?data=now`)).json();
          expect(now).toMatchObject({ runs: { runs: [{ id: 'edition-0' }] }, queues: [{ stats: { dead: 1 } }] });
        },
        { timeout: 30_000 },
      );
      // A page under another name that points to this machine is refused.
      expect((await fetch(address.replace('127.0.0.1', 'localhost')).catch(() => undefined))?.status ?? 403).toBe(403);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
