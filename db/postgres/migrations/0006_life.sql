CREATE TABLE "deletions" (
	"user_id" bigint NOT NULL,
	"registered_at" bigint NOT NULL,
	"deleted_at" bigint NOT NULL,
	CONSTRAINT "deletions_user_id_registered_at_pk" PRIMARY KEY("user_id","registered_at")
);
--> statement-breakpoint
ALTER TABLE "challenges" DROP CONSTRAINT "challenges_purpose";--> statement-breakpoint
ALTER TABLE "users" DROP CONSTRAINT "users_status";--> statement-breakpoint
ALTER TABLE "challenges" ADD COLUMN "factors" text COLLATE "C" DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE "challenges" ADD COLUMN "returns_from" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "inactive_by" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "deletion_told_at" bigint;--> statement-breakpoint
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_returns_from" CHECK ("challenges"."returns_from" in ('inactive', 'deleting'));--> statement-breakpoint
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_purpose" CHECK ("challenges"."purpose" in ('login', 'setup', 'return'));--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_inactive_by" CHECK ("users"."inactive_by" in ('registration', 'user', 'operator'));--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_status" CHECK ("users"."status" in ('active', 'inactive', 'suspended', 'deleting'));