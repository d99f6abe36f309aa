pragma user_version = 0;
pragma application_id = 0;
CREATE TABLE "shopwright_migrations" ("version" integer primary key);
CREATE TABLE "shopwright_sync_records" ("shop" text not null, "local_id" text not null, "format" integer default 1 not null, "version" bigint default 0 not null, "gid" text, "status" text not null, "hash" text, "parts" text, "last_error" text, "attempts" bigint not null, "last_sync_data" text, "last_synced_at" bigint, "last_attempt_at" bigint, "shopify_updated_at" text, constraint "shopwright_sync_records_key" primary key ("shop", "local_id"));
CREATE TABLE "shopwright_sync_counts" (
    shop text not null, status text not null, day integer not null, records integer not null,
    primary key (shop, status, day)
  ) without rowid;
CREATE TABLE "shopwright_sync_journal_heads" ("shop" text primary key, "last_id" bigint not null);
CREATE TABLE "shopwright_sync_journal" ("shop" text not null, "id" bigint not null, "format" integer default 1 not null, "local_id" text not null, "gid" text, "run_id" text, "action" text not null, "at" bigint not null, "sent" text, "before" text, constraint "shopwright_sync_journal_key" primary key ("shop", "id"));
CREATE TABLE "shopwright_key_values" ("name" text primary key, "value" text not null, "expires_at" bigint not null);
CREATE TABLE "shopwright_locks" ("name" text primary key, "token" bigint not null, "expires_at" bigint not null);
insert into "shopwright_migrations" ("version") values (1);
insert into "shopwright_sync_records" ("shop", "local_id", "format", "version", "gid", "status", "hash", "parts", "last_error", "attempts", "last_sync_data", "last_synced_at", "last_attempt_at", "shopify_updated_at") values ('acme.myshopify.com', 'new', 1, 1, null, 'pending', null, null, null, 0, null, null, null, null);
insert into "shopwright_sync_records" ("shop", "local_id", "format", "version", "gid", "status", "hash", "parts", "last_error", "attempts", "last_sync_data", "last_synced_at", "last_attempt_at", "shopify_updated_at") values ('acme.myshopify.com', 'on its way', 1, 1, null, 'syncing', null, '{"push":"p1"}', null, 1, null, null, 1795996800000, null);
insert into "shopwright_sync_records" ("shop", "local_id", "format", "version", "gid", "status", "hash", "parts", "last_error", "attempts", "last_sync_data", "last_synced_at", "last_attempt_at", "shopify_updated_at") values ('acme.myshopify.com', 'tee', 1, 3, 'gid://shopify/Product/42', 'synced', 'f00d', '{"push":"p2","webhook":"beef"}', null, 0, '{"title":"Thé vert 緑茶 🍵","price":"12.50","tags":["a","b"],"empty":null,"deep":{"number":1.5}}', 1795996800000, 1795996800000, '2026-11-30T00:00:00Z');
insert into "shopwright_sync_records" ("shop", "local_id", "format", "version", "gid", "status", "hash", "parts", "last_error", "attempts", "last_sync_data", "last_synced_at", "last_attempt_at", "shopify_updated_at") values ('acme.myshopify.com', 'too long', 1, 1, null, 'failed', null, null, '{"code":"USER_ERROR","message":"Title is too long"}', 3, null, null, 1795996800000, null);
insert into "shopwright_sync_records" ("shop", "local_id", "format", "version", "gid", "status", "hash", "parts", "last_error", "attempts", "last_sync_data", "last_synced_at", "last_attempt_at", "shopify_updated_at") values ('acme.myshopify.com', 'gone', 1, 1, 'gid://shopify/Product/7', 'deleted-in-shopify', null, null, null, 0, null, 1795996800000, null, null);
insert into "shopwright_sync_counts" ("shop", "status", "day", "records") values ('acme.myshopify.com', 'deleted-in-shopify', 20787, 1);
insert into "shopwright_sync_counts" ("shop", "status", "day", "records") values ('acme.myshopify.com', 'failed', -1, 1);
insert into "shopwright_sync_counts" ("shop", "status", "day", "records") values ('acme.myshopify.com', 'pending', -1, 1);
insert into "shopwright_sync_counts" ("shop", "status", "day", "records") values ('acme.myshopify.com', 'synced', 20787, 1);
insert into "shopwright_sync_counts" ("shop", "status", "day", "records") values ('acme.myshopify.com', 'syncing', -1, 1);
insert into "shopwright_sync_journal_heads" ("shop", "last_id") values ('acme.myshopify.com', 1796047368764002);
insert into "shopwright_sync_journal" ("shop", "id", "format", "local_id", "gid", "run_id", "action", "at", "sent", "before") values ('acme.myshopify.com', 1796047368764001, 1, 'tee', null, 'monday', 'create', 1795996800000, '{"title":"Tee"}', null);
insert into "shopwright_sync_journal" ("shop", "id", "format", "local_id", "gid", "run_id", "action", "at", "sent", "before") values ('acme.myshopify.com', 1796047368764002, 1, 'tee', 'gid://shopify/Product/42', 'tuesday', 'update', 1795996800001, '{"title":"Thé vert 緑茶"}', '{"title":"Tee","tags":[]}');
insert into "shopwright_key_values" ("name", "value", "expires_at") values ('tokens/@acme.myshopify.com/default', 'v1:2026:6RrLuGiL3uuWrPhfw6XVbe5ETjbJ+yDtV7yvKfw8H0PtFYHZbK49xP3K2OkwOSL4EuHWXBE3PEwPbi9LzCHfQeptxpxY+NGMkEIredcKPhx8iYD9vx2fD0SJbPqDT8tXfNubCL/OPJCNWBie1ZdOlm7YS5RwLchd2iu8IByKLivbbaKDamnLCWce8wrbKuMMlodB4/+aMK0D/sXA6h74NtHjnXmIckwpPBXDpjRfqi34q8oWJ1Tm2UW5+VoBHnFdp7/8iJ0/qW6OKDl1uJB5Sb0GVDrXcWf/peBbkBpI5Y53zOPN+2bF5Z/1YXsTZx2TlkmZ7Hut/EiOTMxddDLDZnyvwzsY8zXkZjYtRJdhJtrDSGlhteDkURMRMiP0dOkneqs4', 9007199254740991);
insert into "shopwright_key_values" ("name", "value", "expires_at") values ('plain', 'value', 9007199254740991);
insert into "shopwright_key_values" ("name", "value", "expires_at") values ('with:parts:of a key', '{"json":[1,"é"]}', 9007199254740991);
insert into "shopwright_key_values" ("name", "value", "expires_at") values ('empty', '', 9007199254740991);
insert into "shopwright_key_values" ("name", "value", "expires_at") values ('webhook-inbox:webhooks:acme.myshopify.com:b54557e4-bdd9-4b37-8a5f-bf7d70bcd043', '{"format":1,"details":{"generation":"classic","topic":"orders/create","shop":"acme.myshopify.com","webhookId":"b54557e4-bdd9-4b37-8a5f-bf7d70bcd043","eventId":"f48fe64f-23d4-4c98-a8ef-bfe13dfcae4c","triggeredAt":"2026-11-30T00:00:00Z","apiVersion":"2026-10","name":null,"action":null,"secretIndex":0},"idempotencyKey":"b54557e4-bdd9-4b37-8a5f-bf7d70bcd043","body":"{\"id\":820982911946154500,\"email\":\"jon@example.com\"}","encoding":"utf8","acceptedAt":1795996800000}', 9007199254740991);
insert into "shopwright_locks" ("name", "token", "expires_at") values ('', 1796047368899, 1796047428900);
CREATE INDEX "shopwright_sync_records_by_status" on "shopwright_sync_records" ("shop", "status", "local_id");
CREATE INDEX "shopwright_sync_records_by_gid" on "shopwright_sync_records" ("shop", "gid", "local_id");
CREATE INDEX "shopwright_sync_records_failed" on "shopwright_sync_records" ("shop", "local_id") where "last_error" is not null;
CREATE TRIGGER "shopwright_sync_records_come" after insert on "shopwright_sync_records" begin insert into "shopwright_sync_counts" (shop, status, day, records) values (new.shop, new.status, coalesce(cast("new"."last_synced_at" / 86400000 as integer), -1), 1)
    on conflict (shop, status, day) do update set records = records + 1; end;
CREATE TRIGGER "shopwright_sync_records_go" after delete on "shopwright_sync_records" begin update "shopwright_sync_counts" set records = records - 1 where shop = old.shop and status = old.status and day = coalesce(cast("old"."last_synced_at" / 86400000 as integer), -1);
    delete from "shopwright_sync_counts" where shop = old.shop and status = old.status and day = coalesce(cast("old"."last_synced_at" / 86400000 as integer), -1) and records = 0; end;
CREATE TRIGGER "shopwright_sync_records_change" after update of shop, status, last_synced_at on "shopwright_sync_records"
    when (old.shop, old.status, coalesce(cast("old"."last_synced_at" / 86400000 as integer), -1)) is not (new.shop, new.status, coalesce(cast("new"."last_synced_at" / 86400000 as integer), -1))
    begin update "shopwright_sync_counts" set records = records - 1 where shop = old.shop and status = old.status and day = coalesce(cast("old"."last_synced_at" / 86400000 as integer), -1);
    delete from "shopwright_sync_counts" where shop = old.shop and status = old.status and day = coalesce(cast("old"."last_synced_at" / 86400000 as integer), -1) and records = 0; insert into "shopwright_sync_counts" (shop, status, day, records) values (new.shop, new.status, coalesce(cast("new"."last_synced_at" / 86400000 as integer), -1), 1)
    on conflict (shop, status, day) do update set records = records + 1; end;
CREATE INDEX "shopwright_sync_journal_by_local_id" on "shopwright_sync_journal" ("shop", "local_id", "id");
CREATE INDEX "shopwright_sync_journal_by_run_id" on "shopwright_sync_journal" ("shop", "run_id", "id");
CREATE INDEX "shopwright_sync_journal_by_at" on "shopwright_sync_journal" ("shop", "at", "id");
CREATE INDEX "shopwright_key_values_by_end" on "shopwright_key_values" ("expires_at");
CREATE INDEX "shopwright_locks_by_token" on "shopwright_locks" ("token");
