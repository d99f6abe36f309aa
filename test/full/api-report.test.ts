import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git, root } from '../../.ci/tools/programs.ts';

const clone = mkdtempSync(join(tmpdir(), 'shopwright-api-'));

function check(...args: string[]): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(clone, '.ci/api-report.ts'), ...args], {
    cwd: clone,
    encoding: 'utf8',
  });
  return { status, stderr };
}

beforeAll(() => {
  for (const name of ['.ci', 'api', 'src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  const commit = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    'commit',
    '--quiet',
    '--message',
    'base',
  ];
  for (const args of [
    ['init', '--quiet'],
    ['add', '.ci', 'api', 'src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'],
    commit,
  ])
    git(args, { cwd: clone });
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('the report of the public API', () => {
  it('matches the exports of the sources', () => {
    expect(check('--base', 'HEAD')).toEqual({ status: 0, stderr: '' });
  });

  it('fails if an export changed, and then if there is no changeset for it', () => {
    const file = join(clone, 'src/ports/job-queue.ts');
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, source.replace('readonly delayMs?: number;', 'readonly delaySeconds?: number;'));
    expect(check('--base', 'HEAD')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/api\/ says: .*queue\.md.*Run "npm run api"/),
    });

    expect(check('--write').status).toBe(0);
    expect(readFileSync(join(clone, 'api/queue.md'), 'utf8')).toContain('readonly delaySeconds?: number;');
    expect(check('--base', 'HEAD')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('without a changeset'),
    });

    cpSync(join(root, '.changeset/first-release.md'), join(clone, '.changeset/mine.md'));
    git(['add', '--intent-to-add', '.changeset'], { cwd: clone });
    expect(check('--base', 'HEAD')).toEqual({ status: 0, stderr: '' });
  });
});
