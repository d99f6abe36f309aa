import { describe, expect, it } from 'vitest';
import { readImports } from './imports.ts';

const side = new Set(['testing', 'codegen', 'cli']);

/** The only folders that may import a package. */
const homesOfPackage: Record<string, readonly string[]> = {
  ky: ['http'],
  cockatiel: ['resilience'],
  bottleneck: ['limiter', 'queue'],
  zod: ['config', 'validation', 'webhooks'],
  kysely: ['storage'],
  bullmq: ['queue'],
  // The parser and printer; the limiter only names the types of what they make.
  graphql: ['admin', 'graphql', 'codegen', 'limiter', 'testing'],
  msw: ['testing'],
  undici: ['http', 'transport'],
  // Types only: each shim is called by its framework.
  fastify: ['webhooks'],
  hono: ['webhooks'],
  '@graphql-codegen/cli': ['codegen'],
  '@graphql-codegen/plugin-helpers': ['codegen'],
};

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);

const imports = readImports();

describe('the layers', () => {
  it('leave testing, codegen and cli to their entries', () => {
    const offenders = imports.filter(
      ({ from, to, isPackage }) =>
        !isPackage &&
        side.has(folderOf(to)) &&
        folderOf(from) !== folderOf(to) &&
        folderOf(from) !== 'entries' &&
        folderOf(from) !== 'cli',
    );
    expect(offenders.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('keep webhooks apart from admin', () => {
    expect(imports.filter(({ from, to }) => folderOf(from) === 'webhooks' && folderOf(to) === 'admin')).toEqual([]);
  });
});

describe('third-party packages', () => {
  it('are imported in their own folder only', () => {
    const strays = imports.filter(({ from, to, isPackage }) => {
      if (!isPackage || to.startsWith('node:')) return false;
      return !(homesOfPackage[to] ?? []).includes(folderOf(from));
    });
    expect(strays.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('give the limiter no more than types of graphql', () => {
    const values = imports.filter(
      ({ from, to, typeOnly }) => folderOf(from) === 'limiter' && to === 'graphql' && !typeOnly,
    );
    expect(values).toEqual([]);
  });
});

describe('frameworks', () => {
  it('are named by their types only', () => {
    const values = imports.filter(({ to, typeOnly }) => ['fastify', 'hono'].includes(to) && !typeOnly);
    expect(values).toEqual([]);
  });
});

describe('imports inside a folder tree', () => {
  it('form no circle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, isPackage, typeOnly } of imports) {
      if (!isPackage && !typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (path.includes(file) || done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of edges.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });
});
