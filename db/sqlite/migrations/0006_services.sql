CREATE TABLE `service_keys` (
	`id` integer PRIMARY KEY NOT NULL,
	`key_hash` blob NOT NULL,
	`name` text NOT NULL,
	`rights` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer
) STRICT;
--> statement-breakpoint
ALTER TABLE `sessions` ADD `scopes` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `end_told_at` integer;--> statement-breakpoint
CREATE INDEX `sessions_ends_at_latest` ON `sessions` (`ends_at_latest`) WHERE "sessions"."scopes" is not null;--> statement-breakpoint
ALTER TABLE `users` ADD `status_reason` text;--> statement-breakpoint
ALTER TABLE `users` ADD `status_until` integer;--> statement-breakpoint
CREATE INDEX `users_status_until` ON `users` (`status_until`) WHERE "users"."status_until" is not null;