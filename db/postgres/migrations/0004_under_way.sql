ALTER TABLE "emails" ADD COLUMN "link_hash" "bytea";--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "link_ms" bigint;--> statement-breakpoint
ALTER TABLE "rate_limits" ADD COLUMN "under_way" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rate_limits" ADD COLUMN "under_way_until" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "emails_user_id" ON "emails" USING btree ("user_id");