import { defineConfig } from "@playwright/test";
import { BROWSER_ARGUMENTS, findBrowser } from "./browser.ts";
import type { Hosted } from "./fixtures.ts";

const browser = {
  browserName: "chromium" as const,
  reuseContext: true, // a new one would start processes and read all scripts again, which takes longer than most tests
  launchOptions: { args: BROWSER_ARGUMENTS, executablePath: findBrowser() ?? undefined },
};

/*
 * The API's specs run against both hosts, and must not be able to tell them apart. The pages' specs run with and without
 * JavaScript, and neither may people; what only JavaScript promises is in pages/javascript.
 */

export default defineConfig<Hosted>({
  outputDir: "../test-results",
  globalSetup: "./servers.ts",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 180_000, // these are only to end what hangs: on a busy machine everything takes several times as long
  expect: { timeout: 30_000 },
  reporter: [["line"]],
  grep: process.platform === "linux" ? /./ : /^rules /, // the service is tested on Linux alone, as servers.ts says
  use: { actionTimeout: 30_000, navigationTimeout: 60_000, trace: "off" },
  projects: [
    { name: "rules", testMatch: ["rules.spec.ts", "documents.spec.ts", "deploy.spec.ts"] },
    {
      name: "api",
      testMatch: [
        "api/*.spec.ts",
        "clients/{client,verifier}.spec.ts",
        "front-door.spec.ts",
        "metrics.spec.ts",
        "backups.spec.ts",
        "readme.spec.ts",
        "reference.spec.ts",
        "seed.spec.ts",
      ],
      use: { host: "front-door" },
    },
    { name: "api-next", testMatch: "api/*.spec.ts", use: { host: "next" } },
    {
      name: "pages",
      testMatch: ["pages/**/*.spec.ts", "clients/notes.spec.ts"],
      grepInvert: /@without-javascript/,
      use: { host: "front-door", ...browser },
    },
    {
      name: "no-javascript",
      testMatch: "pages/*.spec.ts",
      grepInvert: /@without-browser/,
      use: { host: "front-door", javaScriptEnabled: false, ...browser },
    },
  ],
});
