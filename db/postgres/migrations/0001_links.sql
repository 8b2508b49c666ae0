CREATE TABLE "links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"purpose" text COLLATE "C" NOT NULL,
	"user_id" bigint NOT NULL,
	"email" text COLLATE "C" NOT NULL,
	"email_canonical" text COLLATE "C" NOT NULL,
	"session_id" bigint,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "links_purpose" CHECK ("links"."purpose" in ('reset', 'operator_reset', 'verify', 'undo', 'not_me'))
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "email_verified_at" bigint;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "pending_email" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "changes_blocked_at" bigint;--> statement-breakpoint
ALTER TABLE "links" ADD CONSTRAINT "links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "links_user_id" ON "links" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "links_email_canonical" ON "links" USING btree ("email_canonical");--> statement-breakpoint
CREATE INDEX "links_expires_at" ON "links" USING btree ("expires_at");