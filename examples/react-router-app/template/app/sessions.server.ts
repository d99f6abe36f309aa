// The template has `new PrismaSessionStorage(prisma)` here. This is the same table on Node's own SQLite, so that the
// example needs no database. Its content and its methods are the same.
import { DatabaseSync } from 'node:sqlite';
import { Session } from '@shopify/shopify-api';
import type { SessionStorage } from '@shopify/shopify-app-session-storage';

const database = new DatabaseSync(process.env.SESSIONS_DB ?? 'sessions.sqlite');
database.exec(`create table if not exists Session (
  id text primary key, shop text not null, state text not null, isOnline boolean not null default false, scope text,
  expires integer, accessToken text not null, refreshToken text, refreshTokenExpires integer)`);

const columns = ['id', 'shop', 'state', 'isOnline', 'scope', 'expires', 'accessToken', 'refreshToken'] as const;
const upsert = database.prepare(
  `insert or replace into Session (${columns.join(', ')}, refreshTokenExpires) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
);

interface Row {
  readonly id: string;
  readonly shop: string;
  readonly state: string;
  readonly isOnline: number;
  readonly scope: string | null;
  readonly expires: number | null;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly refreshTokenExpires: number | null;
}

const sessionOf = ({ scope, expires, refreshToken, refreshTokenExpires, isOnline, ...row }: Row): Session =>
  new Session({
    ...row,
    isOnline: isOnline === 1,
    ...(scope !== null && { scope }),
    ...(expires !== null && { expires: new Date(expires) }),
    ...(refreshToken !== null && { refreshToken }),
    ...(refreshTokenExpires !== null && { refreshTokenExpires: new Date(refreshTokenExpires) }),
  });

export const sessionStorage: SessionStorage = {
  async storeSession({ id, shop, state, isOnline, scope, expires, accessToken, refreshToken, refreshTokenExpires }) {
    upsert.run(
      ...[id, shop, state, Number(isOnline), scope ?? null, expires?.getTime() ?? null],
      ...[accessToken ?? '', refreshToken ?? null, refreshTokenExpires?.getTime() ?? null],
    );
    return true;
  },
  async loadSession(id) {
    const row = database.prepare('select * from Session where id = ?').get(id) as Row | undefined;
    return row && sessionOf(row);
  },
  async deleteSession(id) {
    database.prepare('delete from Session where id = ?').run(id);
    return true;
  },
  async deleteSessions(ids) {
    for (const id of ids) await sessionStorage.deleteSession(id);
    return true;
  },
  async findSessionsByShop(shop) {
    const rows = database.prepare('select * from Session where shop = ?').all(shop) as unknown as Row[];
    return rows.map(sessionOf);
  },
};
