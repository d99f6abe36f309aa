/** The content of a release's files. */
export interface ReleaseFiles {
  /** `.ci/owner.json`. */
  readonly owner: Readonly<Record<string, unknown>>;
  /** `package.json`. */
  readonly manifest: { readonly version: string; readonly repository?: unknown; readonly bugs?: unknown };
  readonly changelog: string;
  readonly security: string;
  /** Names of the files in `.changeset`. */
  readonly changesets: readonly string[];
  /** The tag that is being published, such as `v0.1.0`. */
  readonly tag: string | undefined;
}

const urlOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'url' in value ? value.url : value;

/** What prevents publishing a release, each with its fix. */
export function releaseProblems({ owner, manifest, changelog, security, changesets, tag }: ReleaseFiles): string[] {
  const problems: string[] = [];
  const { repository, contact } = owner;
  const { version } = manifest;
  if (typeof repository !== 'string' || !/^https:\/\/[^/]+\/[^/]+\/[^/.]+$/.test(repository))
    problems.push(
      '.ci/owner.json: repository is missing: set its address, such as https://github.com/OWNER/shopwright',
    );
  else {
    if (urlOf(manifest.repository) !== `git+${repository}.git`)
      problems.push(`package.json: set "repository" to { "type": "git", "url": "git+${repository}.git" }`);
    if (urlOf(manifest.bugs) !== `${repository}/issues`)
      problems.push(`package.json: set "bugs" to "${repository}/issues"`);
  }
  if (typeof contact !== 'string' || !contact.includes('@'))
    problems.push('.ci/owner.json: contact is missing: set the address for reports of vulnerabilities');
  else if (!security.includes(contact)) problems.push(`SECURITY.md: name the contact ${contact}`);
  if (version === '0.0.0') problems.push('package.json: the version is 0.0.0: run "npx changeset version"');
  if (tag !== undefined && tag !== `v${version}`) problems.push(`the tag is ${tag}, but package.json has ${version}`);
  if (!changelog.includes(`## ${version}\n`))
    problems.push(`CHANGELOG.md: has no section ${version}: run "npx changeset version"`);
  if (changesets.some((name) => name.endsWith('.md')))
    problems.push('.changeset: has unreleased changes: run "npx changeset version"');
  return problems;
}
