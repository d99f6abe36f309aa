#!/usr/bin/env bash
# Province codes in Shopify's addresses are often not those of ISO 3166-2, which these two libraries have: all of Malaysia
# and Guatemala, and half of Mexico. A province looked up by Shopify's code is not found, and a code chosen from their
# list is none that Shopify has. For Canada and Brazil the two agree.
#
# Packages: @shopify/address-mocks 3.3.1 (Shopify's own list), iso-3166-2 1.0.0, country-region-data 4.1.0.
# Seen on Node 24.21.0, Linux, 2026-12-01.
#
# Output seen, of Shopify's codes, those without a match:
#   iso-3166-2: CA 0 of 13, BR 0 of 27, MX 16 of 32, IN 4 of 37, MY 16 of 16, GT 22 of 22, CN 31 of 31
#   country-region-data: CA 0 of 13, BR 0 of 27, MX 16 of 32, IN 5 of 37, MY 16 of 16, GT 22 of 22, CN 1 of 31
#   Chiapas: Shopify CHIS, iso-3166-2 MX-CHP
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent @shopify/address-mocks@3.3.1 iso-3166-2@1.0.0 country-region-data@4.1.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi
cat >finding.mjs <<'PROGRAM'
import { allCountries } from 'country-region-data';
import iso from 'iso-3166-2';
import fixtures from './node_modules/@shopify/address-mocks/build/cjs/fixtures/countries_en.js';

const { countries } = (fixtures.default ?? fixtures).data;
const zonesOf = (country) => countries.find(({ code }) => code === country).zones;
const libraries = {
  'iso-3166-2': (country) => Object.keys(iso.country(country).sub).map((code) => code.slice(3)),
  'country-region-data': (country) => allCountries.find(([, code]) => code === country)[2].map(([, code]) => code),
};
const expected = [
  'CA 0 of 13, BR 0 of 27, MX 16 of 32, IN 4 of 37, MY 16 of 16, GT 22 of 22, CN 31 of 31',
  'CA 0 of 13, BR 0 of 27, MX 16 of 32, IN 5 of 37, MY 16 of 16, GT 22 of 22, CN 1 of 31',
];
for (const [index, [name, codesOf]] of Object.entries(libraries).entries()) {
  const seen = ['CA', 'BR', 'MX', 'IN', 'MY', 'GT', 'CN'].map((country) => {
    const [codes, zones] = [codesOf(country), zonesOf(country)];
    return `${country} ${zones.filter(({ code }) => !codes.includes(code)).length} of ${zones.length}`;
  });
  check(name, seen.join(', '), expected[index]);
}
const { code: own } = zonesOf('MX').find(({ name }) => name === 'Chiapas');
const [other] = Object.entries(iso.country('MX').sub).find(([, { name }]) => name === 'Chiapas');
check('Chiapas', `Shopify ${own}, iso-3166-2 ${other}`, 'Shopify CHIS, iso-3166-2 MX-CHP');

function check(what, seen, wanted) {
  console.log(`${what}: ${seen}`);
  if (seen === wanted) return;
  console.error(`changed: ${what}: ${seen}`);
  process.exitCode = 1;
}
PROGRAM
node finding.mjs
