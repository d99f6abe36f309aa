// Fails if a package in node_modules has a licence that is not on the list: `npm run licences`. For packages that users
// install, the list is shorter.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools/programs.ts';

interface Locked {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dev?: boolean; readonly devOptional?: boolean; readonly optional?: boolean; readonly license?: string }
    >
  >;
}

const forUsers = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD'];
const forTools = [
  ...forUsers,
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
  'MIT-0',
  'WTFPL',
];

/** Whether that list satisfies an SPDX expression. */
function isMet(expression: string, allowed: readonly string[]): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (/ OR /.test(bare)) return bare.split(' OR ').some((one) => isMet(one, allowed));
  return bare.split(' AND ').every((one) => allowed.includes(one));
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Locked;
const wrong: string[] = [];
let counted = 0;
for (const [path, { dev = false, devOptional = false, optional = false, license }] of Object.entries(packages)) {
  if (path === '') continue;
  counted += 1;
  const isTool = dev || devOptional || optional;
  if (license === undefined) wrong.push(`${path}: no licence in the lockfile`);
  else if (!isMet(license, isTool ? forTools : forUsers)) wrong.push(`${path}: ${license}`);
}
for (const line of wrong) console.log(`!! ${line}`);
if (wrong.length > 0) process.exitCode = 1;
else console.log(`${counted} packages, all under licences of the list`);
