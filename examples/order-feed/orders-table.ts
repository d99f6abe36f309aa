import { DatabaseSync } from 'node:sqlite';
import type { FeedNode, FeedPage } from 'shopwright/feed';

/** An order as selected by this example. */
export interface Order extends FeedNode {
  readonly name: string;
  readonly displayFulfillmentStatus: string;
  readonly totalPriceSet: { readonly shopMoney: { readonly amount: string; readonly currencyCode: string } };
}

/** The fields to select besides `id` and `updatedAt`. */
export const orderFields = 'name displayFulfillmentStatus totalPriceSet { shopMoney { amount currencyCode } }';

/** A row of the table. */
export interface OrderRow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly total: string;
}

/** Orders in SQLite. The cursor is stored beside them, and both are committed together. */
export class OrdersTable {
  readonly #db: DatabaseSync;

  /** @param path A file, or `:memory:`. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`
      create table if not exists orders (id text primary key, name text, status text, total text);
      create table if not exists effects (key text primary key);
      create table if not exists feed (name text primary key, cursor text not null);
    `);
  }

  /** The committed cursor; `undefined` at first. */
  cursor(): string | undefined {
    const row = this.#db.prepare('select cursor from feed where name = ?').get('orders');
    return typeof row?.['cursor'] === 'string' ? row['cursor'] : undefined;
  }

  /**
   * Writes all of a page or nothing. A repeated key would be an error: with the cursor in the transaction there is
   * none.
   */
  commit({ changes, cursor }: FeedPage<Order>): void {
    this.#db.exec('begin immediate');
    try {
      const done = this.#db.prepare('insert into effects values (?)');
      const save = this.#db.prepare('insert or replace into orders values (?, ?, ?, ?)');
      const remove = this.#db.prepare('delete from orders where id = ?');
      for (const { key, id, node } of changes) {
        done.run(key);
        if (!node) {
          remove.run(id);
          continue;
        }
        const { amount, currencyCode } = node.totalPriceSet.shopMoney;
        save.run(id, node.name, node.displayFulfillmentStatus, `${amount} ${currencyCode}`);
      }
      this.#db.prepare('insert or replace into feed values (?, ?)').run('orders', cursor);
      this.#db.exec('commit');
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    }
  }

  /** Number of changes that took effect. */
  count(): number {
    return Number(this.#db.prepare('select count(*) as count from effects').get()?.['count']);
  }

  /** Keys of the changes that took effect, in order. */
  effects(): readonly string[] {
    return this.#db
      .prepare('select key from effects order by rowid')
      .all()
      .map(({ key }) => String(key));
  }

  rows(): readonly OrderRow[] {
    const rows = this.#db.prepare('select id, name, status, total from orders order by name').all();
    return rows.map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      status: String(row['status']),
      total: String(row['total']),
    }));
  }

  close(): void {
    this.#db.close();
  }
}
