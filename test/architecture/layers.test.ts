import { describe, expect, it } from 'vitest';
import { readImports, sourceFiles } from './imports.ts';

/** A file imports from its own folder, or from a lower layer; type-only imports count too. */
const layerOfFolder: Record<string, number> = {
  internal: 0,
  errors: 1,
  ports: 1,
  telemetry: 2,
  config: 3,
  limiter: 3,
  resilience: 3,
  storage: 3,
  queue: 3,
  http: 4,
  auth: 5,
  graphql: 5,
  rest: 5,
  bulk: 6,
  validation: 6,
  webhooks: 6,
  sync: 7,
  subscriptions: 7,
  client: 8,
  entries: 9,
  'index.ts': 9,
};
const side = new Set(['testing', 'codegen', 'cli']);

/** The only folders that may import a package. */
const homesOfPackage: Record<string, readonly string[]> = {
  ky: ['http'],
  cockatiel: ['resilience'],
  bottleneck: ['limiter', 'queue'],
  zod: ['config', 'validation', 'webhooks'],
  kysely: ['storage'],
  bullmq: ['queue'],
  graphql: ['graphql', 'codegen', 'testing'],
  msw: ['testing'],
  undici: ['http'],
  // Types only: each shim is called by its framework.
  fastify: ['webhooks'],
  hono: ['webhooks'],
  '@graphql-codegen/cli': ['codegen'],
  '@graphql-codegen/plugin-helpers': ['codegen'],
};

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);

const layerOf = (path: string): number | undefined => layerOfFolder[folderOf(path)];

const imports = readImports();

describe('the layers', () => {
  it('have a place for every source file', () => {
    const homeless = sourceFiles().filter((file) => layerOf(file) === undefined && !side.has(folderOf(file)));
    expect(homeless).toEqual([]);
  });

  it('are imported downwards only', () => {
    const upward = imports.filter(({ from, to, isPackage }) => {
      if (isPackage || folderOf(from) === folderOf(to) || side.has(folderOf(from)) || layerOf(from) === 9) return false;
      const [own, other] = [layerOf(from), layerOf(to)];
      return own === undefined || other === undefined || other >= own;
    });
    expect(upward.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

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

  it('keep webhooks apart from graphql', () => {
    expect(imports.filter(({ from, to }) => folderOf(from) === 'webhooks' && folderOf(to) === 'graphql')).toEqual([]);
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
    for (const { from, to, isPackage } of imports) {
      if (!isPackage) edges.set(from, [...(edges.get(from) ?? []), to]);
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
