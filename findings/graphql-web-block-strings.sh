#!/usr/bin/env bash
# urql and gql.tada parse documents with graphql.web, which loses text from a block string that begins next to its
# opening quotes and has an indented line further down: all lines before the first indented one and after the last are
# gone. The document is valid, the rest of it is complete, and graphql itself reads all lines.
#
# Packages: @0no-co/graphql.web 1.3.4, @urql/core 6.0.3, gql.tada 1.11.3, graphql 16.15.0. Seen on Node 24.21.0, Linux,
# 2026-11-30.
#
# Output seen:
#   graphql, text begins beside the quotes: keeps Organic cotton, Made in Porto, Wash cold
#   graphql, text begins below the quotes: keeps Organic cotton, Made in Porto, Wash cold
#   graphql.web, text begins beside the quotes: keeps Made in Porto
#   graphql.web, text begins below the quotes: keeps Organic cotton, Made in Porto, Wash cold
#   urql, text begins beside the quotes: keeps Made in Porto
#   urql, text begins below the quotes: keeps Organic cotton, Made in Porto, Wash cold
#   gql.tada, text begins beside the quotes: keeps Made in Porto
#   gql.tada, text begins below the quotes: keeps Organic cotton, Made in Porto, Wash cold
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @0no-co/graphql.web@1.3.4 @urql/core@6.0.3 gql.tada@1.11.3 graphql@16.15.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import { parse as parseForWeb } from '@0no-co/graphql.web';
import { gql } from '@urql/core';
import { graphql } from 'gql.tada';
import { parse } from 'graphql';

const document = (html) => `mutation Describe {
  productUpdate(product: { id: "gid://shopify/Product/1", descriptionHtml: """${html}""" }) {
    userErrors { message }
  }
}`;
const readers = {
  graphql: parse,
  'graphql.web': parseForWeb,
  urql: (text) => gql([text]),
  'gql.tada': (text) => graphql(text),
};
const description = (parsed) => {
  const [mutation] = parsed.definitions[0].selectionSet.selections;
  return mutation.arguments[0].value.fields[1].value.value;
};

const beside = '<p>Organic cotton.</p>\n    <p>Made in Porto.</p>\n<p>Wash cold.</p>';
const below = '\n    <p>Organic cotton.</p>\n    <p>Made in Porto.</p>\n    <p>Wash cold.</p>\n  ';
const whole = ['Organic cotton', 'Made in Porto', 'Wash cold'];
for (const [name, read] of Object.entries(readers)) {
  for (const [where, html] of Object.entries({ beside, below })) {
    const text = description(read(document(html)));
    const kept = whole.filter((sentence) => text.includes(sentence));
    console.log(`${name}, text begins ${where} the quotes: keeps ${kept.join(', ')}`);
    const expected = name === 'graphql' || where === 'below' ? whole : ['Made in Porto'];
    if (kept.join() === expected.join()) continue;
    console.error(`changed: ${name} keeps ${kept.join(', ')} of a text ${where} the quotes`);
    process.exitCode = 1;
  }
}
PROGRAM
node finding.mjs
