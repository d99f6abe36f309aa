CREATE SCHEMA shopwright_golden;
CREATE FUNCTION shopwright_golden.shopwright_sync_records_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  of_shop text;
begin
  if tg_op = 'TRUNCATE' then
    delete from "shopwright_golden"."shopwright_sync_counts";
    return null;
  elsif tg_op = 'INSERT' then
    insert into "shopwright_golden"."shopwright_sync_counts" (shop, status, day, records)
      select shop, status, coalesce(last_synced_at / 86400000, -1), count(*) from new_records group by 1, 2, 3;
    select shop into of_shop from new_records limit 1;
  elsif tg_op = 'DELETE' then
    insert into "shopwright_golden"."shopwright_sync_counts" (shop, status, day, records)
      select shop, status, coalesce(last_synced_at / 86400000, -1), -count(*) from old_records group by 1, 2, 3;
    select shop into of_shop from old_records limit 1;
  else
    insert into "shopwright_golden"."shopwright_sync_counts" (shop, status, day, records)
      select shop, status, day, sum(change) from (
        select shop, status, coalesce(last_synced_at / 86400000, -1) as day, 1 as change from new_records
        union all select shop, status, coalesce(last_synced_at / 86400000, -1), -1 from old_records
      ) changes group by 1, 2, 3 having sum(change) <> 0;
    select shop into of_shop from new_records limit 1;
  end if;
  if of_shop is not null and (tg_op = 'DELETE' or random() < 0.03125)
    and pg_try_advisory_xact_lock(hashtextextended('shopwright shopwright_golden.shopwright_sync_counts ' || of_shop, 0))
  then
    with several as (
      select status, day from "shopwright_golden"."shopwright_sync_counts" where shop = of_shop group by 1, 2 having count(*) > 1
    ), taken as (
      delete from "shopwright_golden"."shopwright_sync_counts" kept using several
      where kept.shop = of_shop and kept.status = several.status and kept.day = several.day
      returning kept.status, kept.day, kept.records
    )
    insert into "shopwright_golden"."shopwright_sync_counts" (shop, status, day, records)
      select of_shop, status, day, sum(records) from taken group by 2, 3 having sum(records) <> 0;
  end if;
  return null;
end
$$;
CREATE TABLE shopwright_golden.shopwright_key_values (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE shopwright_golden.shopwright_locks (
    name text NOT NULL COLLATE pg_catalog."C",
    token bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE shopwright_golden.shopwright_migrations (
    version integer NOT NULL
);
CREATE TABLE shopwright_golden.shopwright_sync_counts (
    shop text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL,
    day bigint NOT NULL,
    records bigint NOT NULL
);
CREATE TABLE shopwright_golden.shopwright_sync_journal (
    shop text NOT NULL COLLATE pg_catalog."C",
    id bigint NOT NULL,
    format integer DEFAULT 1 NOT NULL,
    local_id text NOT NULL COLLATE pg_catalog."C",
    gid text COLLATE pg_catalog."C",
    run_id text COLLATE pg_catalog."C",
    action text NOT NULL,
    at bigint NOT NULL,
    sent text,
    before text
);
CREATE TABLE shopwright_golden.shopwright_sync_journal_heads (
    shop text NOT NULL COLLATE pg_catalog."C",
    last_id bigint NOT NULL
);
CREATE TABLE shopwright_golden.shopwright_sync_records (
    shop text NOT NULL COLLATE pg_catalog."C",
    local_id text NOT NULL COLLATE pg_catalog."C",
    format integer DEFAULT 1 NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    gid text COLLATE pg_catalog."C",
    status text NOT NULL,
    hash text,
    parts text,
    last_error text,
    attempts bigint NOT NULL,
    last_sync_data text,
    last_synced_at bigint,
    last_attempt_at bigint,
    shopify_updated_at text
);
INSERT INTO shopwright_golden.shopwright_key_values VALUES ('tokens/@acme.myshopify.com/default', 'v1:2026:37aL/6IdRZNLB52MlHKv1AP3jMtyGvHil7JEKCQqb9qbNia320DY9Ab7IlOgEb5qd69yGo1Kvah7hkwZDgRaDWdVbeiNj3uxE7Z9lyzDwyWNwP6TbNh8WydpDETl0LLlH6HJsSuV0eR3Xomq3swQGDjmDxC3gbOUVAOM88LhCHm/QS6FtpOF64ULke+DJEaf63poblFzWO4/UgHv0a3pCZMexQGUNIUi8JOs27FVqVsLTg+eKBvT5YtJegc08xHy6kxfWI/+XyoDfxuHQRaT8G9KUFvXck+Uxk3j4u3Hi9vI5NQsi9ByC/XVcspcPUDxa1PWEtfjfss/0n8uQNb4kP0J9LiMls0zS/tQ7iqw+E83aH4MbLVj2jNSxAu/P414vvV2', 9007199254740991);
INSERT INTO shopwright_golden.shopwright_key_values VALUES ('plain', 'value', 9007199254740991);
INSERT INTO shopwright_golden.shopwright_key_values VALUES ('with:parts:of a key', '{"json":[1,"é"]}', 9007199254740991);
INSERT INTO shopwright_golden.shopwright_key_values VALUES ('empty', '', 9007199254740991);
INSERT INTO shopwright_golden.shopwright_key_values VALUES ('webhook-inbox:webhooks:acme.myshopify.com:b54557e4-bdd9-4b37-8a5f-bf7d70bcd043', '{"format":1,"details":{"generation":"classic","topic":"orders/create","shop":"acme.myshopify.com","webhookId":"b54557e4-bdd9-4b37-8a5f-bf7d70bcd043","eventId":"6b92bc83-95c7-4876-9fd7-01a9846dcaf7","triggeredAt":"2026-11-30T00:00:00Z","apiVersion":"2026-10","name":null,"action":null,"secretIndex":0},"idempotencyKey":"b54557e4-bdd9-4b37-8a5f-bf7d70bcd043","body":"{\"id\":820982911946154500,\"email\":\"jon@example.com\"}","encoding":"utf8","acceptedAt":1795996800000}', 9007199254740991);
INSERT INTO shopwright_golden.shopwright_locks VALUES ('', 1796047372338, 1796047432338);
INSERT INTO shopwright_golden.shopwright_migrations VALUES (1);
INSERT INTO shopwright_golden.shopwright_sync_counts VALUES ('acme.myshopify.com', 'pending', -1, 1);
INSERT INTO shopwright_golden.shopwright_sync_counts VALUES ('acme.myshopify.com', 'syncing', -1, 1);
INSERT INTO shopwright_golden.shopwright_sync_counts VALUES ('acme.myshopify.com', 'synced', 20787, 1);
INSERT INTO shopwright_golden.shopwright_sync_counts VALUES ('acme.myshopify.com', 'failed', -1, 1);
INSERT INTO shopwright_golden.shopwright_sync_counts VALUES ('acme.myshopify.com', 'deleted-in-shopify', 20787, 1);
INSERT INTO shopwright_golden.shopwright_sync_journal VALUES ('acme.myshopify.com', 1796047372227001, 1, 'tee', NULL, 'monday', 'create', 1795996800000, '{"title":"Tee"}', NULL);
INSERT INTO shopwright_golden.shopwright_sync_journal VALUES ('acme.myshopify.com', 1796047372227002, 1, 'tee', 'gid://shopify/Product/42', 'tuesday', 'update', 1795996800001, '{"title":"Thé vert 緑茶"}', '{"title":"Tee","tags":[]}');
INSERT INTO shopwright_golden.shopwright_sync_journal_heads VALUES ('acme.myshopify.com', 1796047372227002);
INSERT INTO shopwright_golden.shopwright_sync_records VALUES ('acme.myshopify.com', 'new', 1, 1, NULL, 'pending', NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO shopwright_golden.shopwright_sync_records VALUES ('acme.myshopify.com', 'on its way', 1, 1, NULL, 'syncing', NULL, '{"push":"p1"}', NULL, 1, NULL, NULL, 1795996800000, NULL);
INSERT INTO shopwright_golden.shopwright_sync_records VALUES ('acme.myshopify.com', 'tee', 1, 3, 'gid://shopify/Product/42', 'synced', 'f00d', '{"push":"p2","webhook":"beef"}', NULL, 0, '{"title":"Thé vert 緑茶 🍵","price":"12.50","tags":["a","b"],"empty":null,"deep":{"number":1.5}}', 1795996800000, 1795996800000, '2026-11-30T00:00:00Z');
INSERT INTO shopwright_golden.shopwright_sync_records VALUES ('acme.myshopify.com', 'too long', 1, 1, NULL, 'failed', NULL, NULL, '{"code":"USER_ERROR","message":"Title is too long"}', 3, NULL, NULL, 1795996800000, NULL);
INSERT INTO shopwright_golden.shopwright_sync_records VALUES ('acme.myshopify.com', 'gone', 1, 1, 'gid://shopify/Product/7', 'deleted-in-shopify', NULL, NULL, NULL, 0, NULL, 1795996800000, NULL, NULL);
ALTER TABLE ONLY shopwright_golden.shopwright_key_values
    ADD CONSTRAINT shopwright_key_values_pkey PRIMARY KEY (name);
ALTER TABLE ONLY shopwright_golden.shopwright_locks
    ADD CONSTRAINT shopwright_locks_pkey PRIMARY KEY (name);
ALTER TABLE ONLY shopwright_golden.shopwright_migrations
    ADD CONSTRAINT shopwright_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY shopwright_golden.shopwright_sync_journal_heads
    ADD CONSTRAINT shopwright_sync_journal_heads_pkey PRIMARY KEY (shop);
ALTER TABLE ONLY shopwright_golden.shopwright_sync_journal
    ADD CONSTRAINT shopwright_sync_journal_key PRIMARY KEY (shop, id);
ALTER TABLE ONLY shopwright_golden.shopwright_sync_records
    ADD CONSTRAINT shopwright_sync_records_key PRIMARY KEY (shop, local_id);
CREATE INDEX shopwright_key_values_by_end ON shopwright_golden.shopwright_key_values USING btree (expires_at);
CREATE INDEX shopwright_locks_by_token ON shopwright_golden.shopwright_locks USING btree (token);
CREATE INDEX shopwright_sync_counts_by_shop ON shopwright_golden.shopwright_sync_counts USING btree (shop, status, day);
CREATE INDEX shopwright_sync_journal_by_at ON shopwright_golden.shopwright_sync_journal USING btree (shop, at, id);
CREATE INDEX shopwright_sync_journal_by_local_id ON shopwright_golden.shopwright_sync_journal USING btree (shop, local_id, id);
CREATE INDEX shopwright_sync_journal_by_run_id ON shopwright_golden.shopwright_sync_journal USING btree (shop, run_id, id);
CREATE INDEX shopwright_sync_records_by_gid ON shopwright_golden.shopwright_sync_records USING btree (shop, gid, local_id);
CREATE INDEX shopwright_sync_records_by_status ON shopwright_golden.shopwright_sync_records USING btree (shop, status, local_id);
CREATE INDEX shopwright_sync_records_failed ON shopwright_golden.shopwright_sync_records USING btree (shop, local_id) WHERE (last_error IS NOT NULL);
CREATE TRIGGER shopwright_sync_records_change AFTER UPDATE ON shopwright_golden.shopwright_sync_records REFERENCING OLD TABLE AS old_records NEW TABLE AS new_records FOR EACH STATEMENT EXECUTE FUNCTION shopwright_golden.shopwright_sync_records_count();
CREATE TRIGGER shopwright_sync_records_clear AFTER TRUNCATE ON shopwright_golden.shopwright_sync_records FOR EACH STATEMENT EXECUTE FUNCTION shopwright_golden.shopwright_sync_records_count();
CREATE TRIGGER shopwright_sync_records_come AFTER INSERT ON shopwright_golden.shopwright_sync_records REFERENCING NEW TABLE AS new_records FOR EACH STATEMENT EXECUTE FUNCTION shopwright_golden.shopwright_sync_records_count();
CREATE TRIGGER shopwright_sync_records_go AFTER DELETE ON shopwright_golden.shopwright_sync_records REFERENCING OLD TABLE AS old_records FOR EACH STATEMENT EXECUTE FUNCTION shopwright_golden.shopwright_sync_records_count();
