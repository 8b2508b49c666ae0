import { readFileSync } from "node:fs";
import { join } from "node:path";
import { servedBuild } from "#http/front-door/builds.ts";

const MANIFEST = "app-path-routes-manifest.json"; // every page and address of the build
const STATIC = "/_next/";
const OTHER = "other";

/** A function that gives the route of a path: one of few, whatever clients ask for, with the parameter as `<id>`. */
export function routeNames(): (path: string) => string {
  const manifest: Record<string, string> = JSON.parse(readFileSync(join(servedBuild(), MANIFEST), "utf8"));
  const routes = Object.values(manifest).filter((route) => !route.startsWith("/_"));
  const fixed = new Set(routes.filter((route) => !route.includes("[")));
  const varying = routes
    .filter((route) => route.includes("[") && !route.includes("[["))
    .map((route) => ({ route: named(route), pattern: patternOf(route) }));
  return (path) => {
    const bare = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
    if (fixed.has(bare)) return bare;
    if (bare.startsWith(STATIC)) return STATIC;
    return varying.find(({ pattern }) => pattern.test(bare))?.route ?? OTHER;
  };
}

const named = (route: string) => route.replaceAll(/\[(\w+)\]/g, "<$1>");

const patternOf = (route: string) => new RegExp(`^${route.replaceAll(".", "\\.").replaceAll(/\[\w+\]/g, "[^/]+")}$`);
