ALTER TABLE `sessions` ADD `authenticated_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `factors` text DEFAULT 'password' NOT NULL;--> statement-breakpoint
UPDATE `sessions` SET `authenticated_at` = `created_at`;
