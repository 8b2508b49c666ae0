ALTER TABLE `emails` ADD `link_hash` blob;--> statement-breakpoint
ALTER TABLE `emails` ADD `link_ms` integer;--> statement-breakpoint
CREATE INDEX `emails_user_id` ON `emails` (`user_id`);--> statement-breakpoint
ALTER TABLE `rate_limits` ADD `under_way` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rate_limits` ADD `under_way_until` integer DEFAULT 0 NOT NULL;