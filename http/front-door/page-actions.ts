import { readFileSync } from "node:fs";
import { join } from "node:path";
import { servedBuild } from "./builds.ts";

const MANIFEST = "server/server-reference-manifest.json";

type Manifest = { node: Record<string, { workers: Record<string, unknown> }> };

let pagesByAction: Map<string, RegExp[]> | undefined;

/**
 * Whether the page at this path has this server action. Next.js would forward the action of another page to itself over the
 * network, at an address from the request (SSRF), and write to stderr about an unknown one.
 */
export function hasAction(path: string, id: string): boolean {
  pagesByAction ??= readActions();
  return pagesByAction.get(id)?.some((page) => page.test(path)) ?? false;
}

function readActions(): Map<string, RegExp[]> {
  const { node } = JSON.parse(readFileSync(join(servedBuild(), MANIFEST), "utf8")) as Manifest;
  return new Map(Object.entries(node).map(([id, { workers }]) => [id, Object.keys(workers).map(patternOf)]));
}

/** "app/sessions/[id]/page" is at /sessions/1/ and /sessions/1. */
function patternOf(worker: string): RegExp {
  const path = worker.replace(/^app/, "").replace(/\/page$/, "");
  return new RegExp(`^${path.replace(/\[\w+\]/g, "[^/]+")}/?$`);
}
