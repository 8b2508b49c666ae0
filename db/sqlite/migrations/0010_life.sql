CREATE TABLE `deletions` (
	`user_id` integer NOT NULL,
	`registered_at` integer NOT NULL,
	`deleted_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `registered_at`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `challenges` DROP CONSTRAINT "challenges_purpose";--> statement-breakpoint
ALTER TABLE `challenges` ADD CONSTRAINT "challenges_purpose" CHECK("challenges"."purpose" in ('login', 'setup', 'return'));--> statement-breakpoint
ALTER TABLE `challenges` ADD `factors` text DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE `challenges` ADD `returns_from` text;--> statement-breakpoint
ALTER TABLE `challenges` ADD CONSTRAINT "challenges_returns_from" CHECK("challenges"."returns_from" in ('inactive', 'deleting'));--> statement-breakpoint
ALTER TABLE `users` DROP CONSTRAINT "users_status";--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT "users_status" CHECK("users"."status" in ('active', 'inactive', 'suspended', 'deleting'));--> statement-breakpoint
ALTER TABLE `users` ADD `inactive_by` text;--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT "users_inactive_by" CHECK("users"."inactive_by" in ('registration', 'user', 'operator'));--> statement-breakpoint
ALTER TABLE `users` ADD `deletion_told_at` integer;
