// Installs the packed package beside it into an empty project, as a user does, and runs a program: `node .ci/consumer.mjs`,
// in the folder of the tarball. Plain JavaScript, for the lowest Node that the package works on.
import { execSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const tarball = readdirSync('.').find((name) => /^shopwright-.*\.tgz$/.test(name));
if (!tarball) throw new Error('There is no tarball here: run "npm pack" first.');
const project = mkdtempSync(join(tmpdir(), 'shopwright-consumer-'));
// A single string, for a shell: on Windows npm is a batch file.
const run = (command) => execSync(command, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
run(`npm install --no-audit --no-fund --omit=peer "${resolve(tarball)}"`);
const installed = join(project, 'node_modules/shopwright');
const { exports: entries } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const needPeers = /bullmq|undici|otel|schema|package\.json/;
const imports = Object.keys(entries)
  .filter((path) => !needPeers.test(path))
  .map((path) => `await import('shopwright${path.slice(1)}');`);
writeFileSync(join(project, 'entries.mjs'), imports.join('\n'));
run('node entries.mjs');

const [, program] = /This program works as it stands:\n\n```ts\n([\s\S]*?)```/.exec(
  readFileSync(join(installed, 'README.md'), 'utf8').replaceAll('\r\n', '\n'),
);
writeFileSync(join(project, 'program.mjs'), program);
const printed = run('node program.mjs');
if (!printed.includes('"handle":"organic-cotton-tee"'))
  throw new Error(`The program of the README printed:\n${printed}`);
if (!run('npx --no -- shopwright --help').includes('Commands:')) throw new Error('shopwright --help does not run');
console.log(
  `${imports.length} entries, the program of the README and the command work on Node ${process.versions.node}`,
);
