#!/usr/bin/env node
// Plain JavaScript, so that an older Node can show the sentence about its version.
import "#db/runtime.js";
import { existsSync } from "node:fs";

process.chdir(`${import.meta.dirname}/..`); // relative paths and .env mean the same as for the server, whatever the current folder
if (existsSync(".env")) process.loadEnvFile(".env");
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
