CREATE TABLE `erasures` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`deleted_at` integer NOT NULL,
	`erased_to` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `sessions` ADD `kind` text DEFAULT 'token' NOT NULL CONSTRAINT "sessions_kind" CHECK("kind" in ('browser', 'lasting', 'token'));--> statement-breakpoint
UPDATE `sessions` SET `kind` = 'browser' WHERE `idle_seconds` < 86400;
