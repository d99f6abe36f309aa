// @ts-nocheck
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import tsup from '../../tsup.config.ts';

const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  bin: Record<string, string>;
};
const builds = (tsup as { entry: Record<string, string> }).entry;
const subpaths = Object.keys(manifest.exports).filter((path) => !/schema|package\.json/.test(path));

describe('the entries', () => {
  it('are built, each from a file that is there', () => {
    for (const subpath of subpaths) {
      const name = subpath === '.' ? 'index' : subpath.slice(2);
      expect(builds, `tsup builds ${name}`).toHaveProperty([name]);
      expect(existsSync(resolve(root, builds[name] ?? 'missing')), builds[name]).toBe(true);
      expect(manifest.exports[subpath]).toEqual({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
    }
  });

  it('are all exported', () => {
    const files = readdirSync(resolve(root, 'src/entries')).map((file) => `src/entries/${file}`);
    const built = Object.values(builds).filter((file) => file.startsWith('src/entries/'));
    expect(built.sort()).toEqual(files.sort());
  });

  it('are all in docs/entries.md', () => {
    const page = readFileSync(resolve(root, 'docs/entries.md'), 'utf8');
    for (const subpath of subpaths) expect(page).toContain(`\`shopwright${subpath.slice(1)}\``);
  });

  it('hold exports only, no logic', () => {
    const files = [...readdirSync(resolve(root, 'src/entries')).map((file) => `src/entries/${file}`), 'src/index.ts'];
    for (const file of files) {
      const text = readFileSync(resolve(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      const rest = text.replaceAll(/export (type )?(\{[^}]*\}|\*) from '[^']+';/g, '').trim();
      expect(rest, file).toBe('');
    }
  });
});
