#!/usr/bin/env bash
# graphql-tag treats documents that differ only in commas or spaces as one, even inside strings: it caches a document
# by its text with every run of spaces and commas replaced by one space. The second search is never sent; the first is
# sent twice, without an error.
#
# Packages: graphql-tag 2.12.7, graphql 16.15.0. Seen on Node 24.21.0, Linux, 2026-11-30.
#
# Output seen:
#   asked for title:'Salt, Pepper' -> sent title:'Salt, Pepper'
#   asked for title:'Salt Pepper' -> sent title:'Salt, Pepper'
#   asked for title:'Salt  Pepper' -> sent title:'Salt, Pepper'
#   asked for title:'Salt-Pepper' -> sent title:'Salt-Pepper'
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent graphql-tag@2.12.7 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { print } from 'graphql';
import graphqlTag from 'graphql-tag';

const { gql } = graphqlTag;
const searchFor = (title) => `query Find { products(first: 1, query: "title:'${title}'") { nodes { id } } }`;
const sentFor = (title) => /"(.*)"/.exec(print(gql(searchFor(title))))[1];

const titles = ['Salt, Pepper', 'Salt Pepper', 'Salt  Pepper', 'Salt-Pepper'];
const sent = titles.map((title) => {
  const text = sentFor(title);
  console.log(`asked for title:'${title}' -> sent ${text}`);
  return text;
});

const [first, ...others] = sent;
if (first !== "title:'Salt, Pepper'") process.exitCode = fail('the first document is not sent as written');
if (others[0] !== first || others[1] !== first) process.exitCode = fail('commas and spaces tell documents apart');
if (others[2] !== "title:'Salt-Pepper'") process.exitCode = fail('other characters do not tell documents apart');

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
