/** The SQL of a database as the first release made it. */
export const firstRelease = `
  create table "shopwright_migrations" ("version" integer primary key);
  insert into "shopwright_migrations" values (1);
  create table "shopwright_sync_records" (
    "shop" text not null, "local_id" text not null, "gid" text, "status" text not null, "hash" text, "parts" text,
    "last_error" text, "attempts" integer not null, "last_synced_at" bigint, "last_attempt_at" bigint,
    "shopify_updated_at" text, constraint "shopwright_sync_records_key" primary key ("shop", "local_id")
  );
  create index "shopwright_sync_records_by_status" on "shopwright_sync_records" ("shop", "status", "local_id");
  create index "shopwright_sync_records_by_gid" on "shopwright_sync_records" ("shop", "gid", "local_id");
`;
