// @ts-nocheck
// The layer rule of src/, type-only imports included: `npm run layers`.

/** Lowest first. A file imports from its own folder or from a lower layer. */
const layers = [
  ['internal'],
  ['errors', 'ports'],
  ['telemetry'],
  ['limiter', 'resilience', 'storage', 'queue', 'config'],
  ['http'],
  ['auth', 'graphql', 'rest'],
  ['bulk', 'feed', 'webhooks', 'validation'],
  ['sync', 'subscriptions'],
  ['client'],
  ['index', 'entries'],
];

/** Published, and imported by their entries and by the command line only. */
const sides = ['testing', 'codegen', 'cli', 'dashboard'];

/** The folders that may import a package. */
const homes = {
  ky: ['http'],
  undici: ['http'],
  cockatiel: ['resilience', 'client/policies'],
  bottleneck: ['limiter', 'queue'],
  zod: ['config', 'validation', 'webhooks/payloads'],
  kysely: ['storage'],
  bullmq: ['queue'],
  '@opentelemetry/api': ['telemetry'],
  'csv-parse': ['sync'],
  graphql: ['graphql', 'bulk', 'codegen', 'testing'],
  '@graphql-typed-document-node/core': ['graphql'],
  '@graphql-codegen/cli': ['codegen'],
  '@graphql-codegen/plugin-helpers': ['codegen'],
  fastify: ['webhooks'],
  hono: ['webhooks'],
  msw: ['testing'],
};

/** Named for their types: the host calls them, or hands them in. */
const typesOnly = ['fastify', 'hono', '@graphql-codegen/[^/]+'];

/** A folder of src/, or the file of that name. */
const at = (names) => `^src/(${names.join('|')})(?:/|\\.ts$)`;
// A package of types alone is not resolved to a file.
const inPackage = (names) => `^(?:node_modules/)?(?:${names.join('|')})(?:/|$)`;
const placed = [...layers.flat(), ...sides];

const layerRules = layers.map((own, index) => ({
  name: `layer-${index}`,
  comment: `${own.join(', ')}: imports go down a layer or stay in the folder.`,
  severity: 'error',
  from: { path: at(own) },
  // An entry is the only way to what is published beside the client.
  to: {
    path: at([...layers.slice(index).flat(), ...(own.includes('entries') ? [] : sides)]),
    pathNot: '^src/$1(?:/|\\.ts$)',
  },
}));

const homeRules = Object.entries(homes).map(([name, folders]) => ({
  name: `home-of-${name}`,
  comment: `${name} is imported in ${folders.join(', ')} only.`,
  severity: 'error',
  from: { path: '^src/', pathNot: at(folders) },
  to: { path: inPackage([name]) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
// biome-ignore lint/style/noDefaultExport: dependency-cruiser reads the default export
export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'placed',
      comment: 'Each file has a place in a folder of the table above.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/', pathNot: at(placed) },
    },
    {
      name: 'placed-importer',
      comment: 'Each file has a place in a folder of the table above.',
      severity: 'error',
      from: { path: '^src/', pathNot: at(placed) },
      to: {},
    },
    ...layerRules,
    {
      name: 'sides',
      comment: 'What is published beside the client builds on the layers, not on the entries or on each other.',
      severity: 'error',
      from: { path: at(sides) },
      to: { path: at(['index', 'entries', ...sides]), pathNot: '^src/(?:$1|testing|codegen|dashboard)/' },
    },
    {
      name: 'testing-for-the-command-line',
      comment:
        'The command line starts the fake, writes types and shows the dashboard; nothing else builds on these folders.',
      severity: 'error',
      from: { path: at(sides), pathNot: at(['cli', 'testing']) },
      to: { path: at(['testing', 'codegen', 'dashboard']), pathNot: '^src/$1/' },
    },
    {
      name: 'webhooks-without-graphql',
      comment: 'A service that only receives webhooks loads no GraphQL.',
      severity: 'error',
      from: { path: at(['webhooks']) },
      to: { path: at(['graphql']) },
    },
    ...homeRules,
    {
      name: 'package-without-home',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^node_modules/', pathNot: inPackage(Object.keys(homes)) },
    },
    {
      name: 'types-only',
      comment: 'These packages are named for their types: the host brings them.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: inPackage(typesOnly), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { path: '^src/' },
      // A package resolves itself by name only once it is built.
      to: { couldNotResolve: true, pathNot: ['^shopwright', '^@graphql-typed-document-node/', '\\.(?:lua|html)$'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
    reporterOptions: { text: { highlightFocused: false } },
  },
};
