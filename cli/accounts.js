#!/usr/bin/env node
// Plain JavaScript, so that an older Node gets as far as the sentence about its age.
import "#db/runtime.js";
import { existsSync } from "node:fs";

process.chdir(`${import.meta.dirname}/..`); // DATA_DIR=./data and .env mean what they mean to the server, wherever this is called
if (existsSync(".env")) process.loadEnvFile(".env");
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
