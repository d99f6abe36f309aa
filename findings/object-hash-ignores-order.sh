#!/usr/bin/env bash
# With its default options, node-object-hash sorts lists and writes numbers, booleans, null and texts alike. A product
# whose images have changed their order, or whose compare-at price went from an empty text to null, has the same hash as
# before, and an app that sends only what has another hash does not send it.
#
# Package: node-object-hash 3.1.1; object-hash 3.0.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen (node-object-hash, object-hash):
#   another order of images: same hash, another hash
#   1 for "1": same hash, another hash
#   true for 1: same hash, another hash
#   null for "": same hash, another hash
#   10.0 for 10.00, as texts: another hash, another hash
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent node-object-hash@3.1.1 object-hash@3.0.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { hasher } from 'node-object-hash';
import objectHash from 'object-hash';

const sorted = hasher();
const product = (change) => ({ title: 'Tee', images: ['front.jpg', 'back.jpg'], price: '10.00', ...change });
const cases = {
  'another order of images': [{}, { images: ['back.jpg', 'front.jpg'] }, 'same'],
  '1 for "1"': [{ stock: '1' }, { stock: 1 }, 'same'],
  'true for 1': [{ tracked: 1 }, { tracked: true }, 'same'],
  'null for ""': [{ compareAtPrice: '' }, { compareAtPrice: null }, 'same'],
  '10.0 for 10.00, as texts': [{}, { price: '10.0' }, 'another'],
};
for (const [name, [before, after, expected]] of Object.entries(cases)) {
  const seen = [sorted.hash, objectHash].map((hash) => (hash(product(before)) === hash(product(after)) ? 'same' : 'another'));
  console.log(`${name}: ${seen.map((word) => `${word} hash`).join(', ')}`);
  if (seen.join() === `${expected},another`) continue;
  console.error(`changed: ${name} gives ${seen.join(', ')}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
