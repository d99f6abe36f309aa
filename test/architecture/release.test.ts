import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../.ci/tools/programs.ts';
import { type ReleaseFiles, releaseProblems } from '../../.ci/tools/release-problems.ts';

const repository = 'https://github.com/acme/shopwright';
const ready: ReleaseFiles = {
  owner: { repository, contact: 'security@acme.example' },
  manifest: {
    version: '0.1.0',
    repository: { type: 'git', url: `git+${repository}.git` },
    bugs: `${repository}/issues`,
  },
  changelog: '# shopwright\n\n## 0.1.0\n\n### Minor Changes\n',
  security: 'Write to security@acme.example.',
  changesets: ['config.json'],
  tag: 'v0.1.0',
};

describe('a release', () => {
  it('is ready where all is filled in', () => {
    expect(releaseProblems(ready)).toEqual([]);
  });

  const refused: readonly (readonly [what: string, changes: Partial<ReleaseFiles>, problem: RegExp])[] = [
    ['without a repository', { owner: { repository: '', contact: 'security@acme.example' } }, /repository is missing/],
    ['without a contact', { owner: { repository, contact: '' } }, /contact is missing/],
    [
      'whose manifest has no repository',
      { manifest: { version: '0.1.0', bugs: `${repository}/issues` } },
      /"repository"/,
    ],
    ['whose contact nobody can read', { security: 'Write to us.' }, /SECURITY\.md/],
    ['of another tag', { tag: 'v0.2.0' }, /the tag is v0\.2\.0/],
    ['without a section in the changelog', { changelog: '# shopwright\n' }, /no section 0\.1\.0/],
    ['with changes left', { changesets: ['config.json', 'feeds.md'] }, /unreleased/],
  ];

  it.each(refused)('%s is refused, with the fix', (_what, changes, problem) => {
    expect(releaseProblems({ ...ready, ...changes })).toEqual([expect.stringMatching(problem)]);
  });
});

describe('the workflows', () => {
  const folder = join(root, '.github/workflows');
  const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

  it.each(workflows)('%s runs scripts that exist', (_name, text) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !Object.keys(scripts).includes(script))).toEqual([]);
    const files = [...text.matchAll(/(?:^|[\s"'])(\.ci\/[\w./-]+)/gm)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(workflows)('%s may read, and no more than it says', (name, text) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    if (name !== 'publish.yml') expect(text).not.toMatch(/secrets\.|id-token|pull_request_target|: write/);
  });
});
