// The last step of the build. The types of `shopwright/testing` name msw, an optional peer; in a program without it that
// import is an error wherever `skipLibCheck` is off. Told to ignore it, TypeScript takes the type of `fake.handlers`,
// which such a program does not use, as unknown to it. tsup moves imports, so a comment in the source does not do.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools/programs.ts';

const dist = join(root, 'dist');
const importOfMsw = /^import .* from 'msw';$/gm;
let changed = 0;
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.d.ts')) continue;
  const text = readFileSync(join(dist, file), 'utf8');
  const ignoring = text.replaceAll(importOfMsw, (line) => `// @ts-ignore msw is an optional peer\n${line}`);
  if (ignoring === text) continue;
  writeFileSync(join(dist, file), ignoring);
  changed += 1;
}
if (changed === 0) throw new Error('No declaration imports msw any more: this step of the build can go.');
