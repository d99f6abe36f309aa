import { describe, expect, it } from 'vitest';
import { readImports, sourceFiles } from './imports.ts';

/** A file imports from its own folder, or from a lower layer. */
const layerOfFolder: Record<string, number> = {
  internal: 0,
  errors: 1,
  config: 2,
  transport: 2,
  limiter: 2,
  resilience: 2,
  auth: 2,
  storage: 2,
  queue: 2,
  telemetry: 2,
  request: 3,
  admin: 4,
  bulk: 5,
  validation: 5,
  webhooks: 5,
  sync: 6,
  subscriptions: 6,
  entries: 8,
};
const side = new Set(['testing', 'codegen', 'cli']);
const rootFiles: Record<string, number> = {
  'client-options.ts': 5,
  'client-guards.ts': 6,
  'client-problems.ts': 6,
  'runtime.ts': 6,
  'client.ts': 7,
  'index.ts': 8,
};

/** The only folders that may import a package. */
const homesOfPackage: Record<string, readonly string[]> = {
  ky: ['transport'],
  cockatiel: ['resilience'],
  bottleneck: ['limiter', 'queue'],
  zod: ['config', 'validation', 'webhooks'],
  kysely: ['storage'],
  bullmq: ['queue'],
  // The parser and printer; the limiter only names the types of what they make.
  graphql: ['admin', 'codegen', 'limiter', 'testing'],
  msw: ['testing'],
  undici: ['transport'],
  // Types only: each shim is called by its framework.
  fastify: ['webhooks'],
  hono: ['webhooks'],
  '@graphql-codegen/cli': ['codegen'],
  '@graphql-codegen/plugin-helpers': ['codegen'],
};

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);

function layerOf(path: string): number | undefined {
  // A port or data shape may be named from layer 1 up.
  if (/^(transport|limiter|resilience|auth|storage|queue|telemetry)\/types\.ts$/.test(path)) return 1;
  if (/^storage\/ports\/[a-z-]+\.ts$/.test(path)) return 1;
  // The safe ways to the host's logger and listener, which adapters of any port report through.
  if (/^telemetry\/(emit|safe-logger)\.ts$/.test(path)) return 1;
  return rootFiles[path] ?? layerOfFolder[folderOf(path)];
}

const imports = readImports();

describe('the layers', () => {
  it('have a place for every source file', () => {
    const homeless = sourceFiles().filter((file) => layerOf(file) === undefined && !side.has(folderOf(file)));
    expect(homeless).toEqual([]);
  });

  it('are imported downwards only', () => {
    const upward = imports.filter(({ from, to, isPackage, typeOnly }) => {
      if (isPackage || folderOf(from) === folderOf(to) || side.has(folderOf(from)) || folderOf(from) === 'entries')
        return false;
      const [own, other] = [layerOf(from), layerOf(to)];
      // A data shape may be made of others.
      if (own === 1 && other === 1 && typeOnly && /\/(types|ports\/[a-z-]+)\.ts$/.test(to)) return false;
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
