import { settings } from "#accounts/settings.ts";

/**
 * Only what a program needs to run. Every setting is empty, which counts as not set, so that neither the environment nor a file
 * .env of whoever runs the tests reaches a server; Next.js and the command line read that file by themselves.
 */
export function bareEnvironment(given: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const unset = Object.fromEntries(Object.keys(settings).map((name) => [name, ""]));
  return { PATH, HOME, TMPDIR, ...unset, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...given };
}
