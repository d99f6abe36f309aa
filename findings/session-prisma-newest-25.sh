#!/usr/bin/env bash
# findSessionsByShop of the Prisma session storage returns at most 25 sessions, those that expire last, and doesn't
# say that there are more. An offline token expires after an hour and an online one after a day, so a shop whose staff
# has 25 online sessions seems to have no offline one; and deleting all that was found leaves the others, with their
# names and addresses.
#
# Packages: @shopify/shopify-app-session-storage-prisma 11.0.0, @shopify/shopify-api 15.0.0, @prisma/client 6.19.0. Seen
# on Node 24.21.0, Linux, 2026-11-30. A list stands in for the table: generating Prisma's client would download an
# engine.
#
# Output seen:
#   sessions of the shop: 31, found: 25, offline: none
#   left after deleting all that were found: 6, with an email: 5
set -euo pipefail

if ! node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' 2>/dev/null; then
  echo 'cannot run: needs Node 22 or later as "node" on the PATH' >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
if ! npm install --no-audit --no-fund --silent --ignore-scripts --legacy-peer-deps @shopify/shopify-app-session-storage-prisma@11.0.0 @shopify/shopify-api@15.0.0 @prisma/client@6.19.0; then
  echo 'cannot run: npm could not install the packages' >&2
  exit 2
fi

cat >finding.mjs <<'PROGRAM'
import '@shopify/shopify-api/adapters/node';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from '@shopify/shopify-api';

// What `prisma generate` writes, as far as the storage needs it: the classes of errors.
mkdirSync('node_modules/.prisma/client', { recursive: true });
const runtime = "module.exports = { Prisma: require('@prisma/client/runtime/library.js') };";
writeFileSync('node_modules/.prisma/client/default.js', runtime);
const { PrismaSessionStorage } = await import('@shopify/shopify-app-session-storage-prisma');

const rows = new Map();
const table = {
  count: async () => rows.size,
  upsert: async ({ where, create }) => void rows.set(where.id, create),
  async findMany({ where, take, orderBy }) {
    const [[column, direction]] = orderBy.map((order) => Object.entries(order)[0]);
    const found = [...rows.values()].filter((row) => row.shop === where.shop);
    found.sort((one, other) => (direction === 'desc' ? other[column] - one[column] : one[column] - other[column]));
    return found.slice(0, take);
  },
  async deleteMany({ where }) {
    for (const id of where.id.in) rows.delete(id);
  },
};
const storage = new PrismaSessionStorage({ session: table });

const shop = 'acme.myshopify.com';
const hourMs = 3_600_000;
const common = { shop, state: '', accessToken: 'a token' };
const offlineEnd = new Date(Date.now() + hourMs);
await storage.storeSession(new Session({ ...common, id: `offline_${shop}`, isOnline: false, expires: offlineEnd }));
for (let user = 1; user <= 30; user += 1) {
  const associated = { id: user, first_name: 'A', last_name: 'B', email: `${user}@example.com`, locale: 'en' };
  const online = { ...common, id: `${shop}_${user}`, isOnline: true, expires: new Date(Date.now() + 24 * hourMs) };
  await storage.storeSession(new Session({ ...online, onlineAccessInfo: { associated_user: associated } }));
}

const found = await storage.findSessionsByShop(shop);
const offline = found.filter((session) => !session.isOnline).length;
console.log(`sessions of the shop: ${rows.size}, found: ${found.length}, offline: ${offline || 'none'}`);
if (found.length !== 25 || offline) process.exitCode = fail(`${found.length} are found, ${offline} of them offline`);

await storage.deleteSessions(found.map((session) => session.id));
const addresses = [...rows.values()].filter((row) => row.email).length;
console.log(`left after deleting all that were found: ${rows.size}, with an email: ${addresses}`);
if (rows.size !== 6) process.exitCode = fail(`${rows.size} are left`);

function fail(what) {
  console.error(`changed: ${what}`);
  return 1;
}
PROGRAM
node finding.mjs
