import { setPriority } from "node:os";
import { backUpIfDue } from "./backup-schedule.ts";

/* A process of its own that makes a backup if one is due: its first argument is the plan. Prints the record, or null. */

const NICENESS = 10; // requests go first

setPriority(NICENESS);
const [, , plan = ""] = process.argv;
process.stdout.write(JSON.stringify(await backUpIfDue(JSON.parse(plan), Date.now())));
