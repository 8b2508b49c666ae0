CREATE TABLE "service_keys" (
	"id" bigint PRIMARY KEY NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"rights" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"last_used_at" bigint
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "scopes" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "end_told_at" bigint;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "status_reason" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "status_until" bigint;--> statement-breakpoint
CREATE INDEX "sessions_ends_at_latest" ON "sessions" USING btree ("ends_at_latest") WHERE "sessions"."scopes" is not null;--> statement-breakpoint
CREATE INDEX "users_status_until" ON "users" USING btree ("status_until") WHERE "users"."status_until" is not null;