export type * from "./api.ts";
export { type ClientOptions, createClient, type LatchkeyClient } from "./client.ts";
export { LatchkeyError, LatchkeyUnavailableError, refusalOf } from "./errors.ts";
