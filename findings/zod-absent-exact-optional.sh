#!/usr/bin/env bash
# In zod 4.3 and 4.4, an `exactOptional` field whose schema adds an issue for `undefined` and returns `z.NEVER` (as a
# required field would) parses successfully if the field is absent, and the data then contains zod's inner marker as
# the field's value: `{ status: 'aborted' }`. `optional` is not affected, and 4.5 leaves the field out.
#
# Package: zod 4.3.6 and 4.4.3; 4.5.0 and 4.6.7 are right. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   4.3.6 exactOptional: success {"compareAtPrice":{"status":"aborted"}}
#   4.3.6 optional: success {}
#   4.4.3 exactOptional: success {"compareAtPrice":{"status":"aborted"}}
#   4.4.3 optional: success {}
#   4.5.0 exactOptional: success {}
#   4.5.0 optional: success {}
#   4.6.7 exactOptional: success {}
#   4.6.7 optional: success {}
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent zod-4.3.6@npm:zod@4.3.6 zod-4.4.3@npm:zod@4.4.3 zod-4.5.0@npm:zod@4.5.0 zod-4.6.7@npm:zod@4.6.7; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
const marker = '{"compareAtPrice":{"status":"aborted"}}';
const expected = { '4.3.6': marker, '4.4.3': marker, '4.5.0': '{}', '4.6.7': '{}' };

for (const [version, exact] of Object.entries(expected)) {
  const { z } = await import(`zod-${version}`);
  const price = z.custom().transform((value, context) => {
    if (value !== undefined) return String(value);
    context.addIssue({ code: 'custom', message: 'is missing' });
    return z.NEVER;
  });
  for (const [kind, field, data] of [
    ['exactOptional', price.exactOptional(), exact],
    ['optional', price.optional(), '{}'],
  ]) {
    const result = z.object({ compareAtPrice: field }).safeParse({});
    const seen = `${result.success ? 'success' : 'failure'} ${JSON.stringify(result.data)}`;
    console.log(`${version} ${kind}: ${seen}`);
    if (seen !== `success ${data}`) {
      console.error(`changed: ${version} ${kind} gives ${seen}`);
      process.exitCode = 1;
    }
  }
}
PROGRAM
node finding.mjs
