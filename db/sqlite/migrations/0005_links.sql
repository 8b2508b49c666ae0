CREATE TABLE `links` (
	`token_hash` blob PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` integer NOT NULL,
	`email` text NOT NULL,
	`email_canonical` text NOT NULL,
	`session_id` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "links_purpose" CHECK("links"."purpose" in ('reset', 'operator_reset', 'verify', 'undo', 'not_me'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `links_user_id` ON `links` (`user_id`);--> statement-breakpoint
CREATE INDEX `links_email_canonical` ON `links` (`email_canonical`);--> statement-breakpoint
CREATE INDEX `links_expires_at` ON `links` (`expires_at`);--> statement-breakpoint
ALTER TABLE `users` ADD `email_verified_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `pending_email` text;--> statement-breakpoint
ALTER TABLE `users` ADD `changes_blocked_at` integer;