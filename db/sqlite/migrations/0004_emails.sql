CREATE TABLE `emails` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer,
	`kind` text NOT NULL,
	`recipient` text NOT NULL,
	`subject` text NOT NULL,
	`text` text,
	`html` text,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer,
	`give_up_at` integer NOT NULL,
	`sent_at` integer,
	`failed_at` integer,
	`last_error` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `emails_next_attempt_at` ON `emails` (`next_attempt_at`) WHERE "emails"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX `emails_created_at` ON `emails` (`created_at`);