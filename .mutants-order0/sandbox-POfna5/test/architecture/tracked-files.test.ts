// @ts-nocheck
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, root } from '../../.ci/tools/programs.ts';

const tracked = git(['ls-files', '-z'])
  .split('\0')
  .filter((file) => file && existsSync(resolve(root, file)));

/** A folder of somebody's machine: `/home/…`, `/Users/…`, `C:\…`. Such a path in a URL is a path of that host. */
const machinePath = /(?<![\w.:}$-])(?:\/(?:home|Users|root|work|mnt|private|tmp)\/\w|[A-Z]:\\\w)/;

describe('the tracked files', () => {
  it('name no path of a machine', () => {
    const naming = tracked.filter((file) => {
      // Tests make up paths, such as a SQLite file that is not there.
      if (file.startsWith('test/') || file.includes('package-lock')) return false;
      return machinePath.test(readFileSync(resolve(root, file), 'utf8'));
    });
    expect(naming).toEqual([]);
  });

  it('lock no registry', () => {
    const locks = tracked.filter((file) => file.endsWith('package-lock.json'));
    expect(locks.length).toBeGreaterThan(0);
    for (const lock of locks)
      expect(readFileSync(resolve(root, lock), 'utf8'), lock).not.toContain('"resolved": "http');
  });

  it('hold npm scripts that need no shell', () => {
    const manifests = tracked.filter((file) => file.endsWith('package.json'));
    for (const manifest of manifests) {
      const { scripts = {} } = JSON.parse(readFileSync(resolve(root, manifest), 'utf8')) as {
        scripts?: Record<string, string>;
      };
      const shell = Object.entries(scripts).filter(([, command]) => /&&|\|\||[;|<>*$`]|^\w+=/.test(command));
      expect(shell, manifest).toEqual([]);
    }
  });
});
