// Lists what prevents publishing this version, before anything is built: `node .ci/check-release.ts [TAG]`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools/programs.ts';
import { type ReleaseFiles, releaseProblems } from './tools/release-problems.ts';

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const problems = releaseProblems({
  owner: JSON.parse(textOf('.ci/owner.json')) as ReleaseFiles['owner'],
  manifest: JSON.parse(textOf('package.json')) as ReleaseFiles['manifest'],
  changelog: textOf('CHANGELOG.md'),
  security: textOf('SECURITY.md'),
  changesets: readdirSync(join(root, '.changeset')),
  tag: process.argv[2],
});
for (const problem of problems) console.error(`!! ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else console.log('ready to be published');
