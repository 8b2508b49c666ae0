import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Lock, lockAlone, share } from "#db/lock.ts";
import { processWide } from "#db/process-wide.ts";

/*
 * Each build has its own folder, named by the time it began, so that a running server keeps the pages it started with while a
 * new build is made. A folder gets its name when it is complete.
 */

export const BUILD_FOLDER = ".next/build"; // where Next.js builds
const PAGES = ".next/pages-";
const IN_USE = "in-use";
const KEPT_BUILDS = 2; // a server may be starting with the one before the latest

export const folderOfBuild = (beganAt: number): string => `${PAGES}${beganAt}`;

/** The time a build began, from its name. */
export const beganAt = (folder: string): number => Number(folder.slice(PAGES.length));

/** The lock file of a build, on which every server that uses it holds a shared lock. */
export const inUse = (folder: string): string => join(folder, IN_USE);

/** All complete builds, the latest first. */
export const builds = (): string[] => globSync(`${PAGES}*`).toSorted((a, b) => beganAt(b) - beganAt(a));

/** There is no build. */
export class NoBuildError extends Error {}

const used = processWide("build", () => ({ folder: undefined as string | undefined, lock: undefined as Lock | undefined }));

/** Makes this process serve from a build that isn't complete yet. */
export function serveFrom(folder: string): void {
  used.folder = folder;
}

/** The folder of the build that this process serves: the latest one at the first call, which also locks it against removal. */
export function servedBuild(): string {
  if (used.folder) return used.folder;
  const [latest] = builds();
  if (!latest) throw new NoBuildError("The pages have not been built.");
  used.folder = latest;
  used.lock = share(inUse(latest));
  return latest;
}

/** Removes builds that no server uses, except the latest two. */
export function removeOldBuilds(): void {
  for (const folder of builds().slice(KEPT_BUILDS)) {
    const lock = lockAlone(inUse(folder), 0);
    if (lock) rmSync(folder, { recursive: true });
    lock?.release();
  }
}
