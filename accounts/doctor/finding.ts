/** What a check has found. Only "failed" has to be mended; "skipped" could not be tried. */
export type Finding = { check: string; state: "ok" | "warning" | "failed" | "skipped"; text: string };
