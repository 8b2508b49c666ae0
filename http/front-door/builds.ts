import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Lock, lockAlone, share } from "#db/lock.ts";
import { processWide } from "#db/process-wide.ts";

/*
 * Each build has a folder of its own, named by the moment at which it began. So a running server goes on with the pages that
 * it started with, whatever is built beside it. A folder gets its name when it is complete.
 */

export const WORKSHOP = ".next/build"; // where Next.js builds
const PAGES = ".next/pages-";
const IN_USE = "in-use";
const KEPT_BUILDS = 2; // a server may be about to start with the one before the latest

export const folderOfBuild = (beganAt: number): string => `${PAGES}${beganAt}`;

/** When a build began. */
export const beganAt = (folder: string): number => Number(folder.slice(PAGES.length));

/** A file that every server of a build shares a lock on. */
export const inUse = (folder: string): string => join(folder, IN_USE);

/** All complete builds, the latest first. */
export const builds = (): string[] => globSync(`${PAGES}*`).toSorted((a, b) => beganAt(b) - beganAt(a));

/** The pages have never been built. */
export class NoBuildError extends Error {}

const used = processWide("build", () => ({ folder: undefined as string | undefined, lock: undefined as Lock | undefined }));

/** Lets this process serve from a build that is not complete yet. */
export function serveFrom(folder: string): void {
  used.folder = folder;
}

/** The folder of the build that this process serves from: the latest at the first call, which keeps it from being removed. */
export function servedBuild(): string {
  if (used.folder) return used.folder;
  const [latest] = builds();
  if (!latest) throw new NoBuildError("The pages have not been built.");
  used.folder = latest;
  used.lock = share(inUse(latest));
  return latest;
}

/** Removes all builds that no server uses, but the latest two. */
export function removeOldBuilds(): void {
  for (const folder of builds().slice(KEPT_BUILDS)) {
    const lock = lockAlone(inUse(folder), 0);
    if (lock) rmSync(folder, { recursive: true });
    lock?.release();
  }
}
