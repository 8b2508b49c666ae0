import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { newFolder } from "./place.ts";

/* Disks of our own, to be filled and broken. */

const MEGABYTES = 48;

/** A small file system of our own, in memory. */
export function mountMemory(megabytes: number): { folder: string; unmount: () => void } {
  const folder = join(newFolder(), "mount");
  mkdirSync(folder);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  if (status !== 0) throw new Error(`mount: ${stderr}`);
  return { folder, unmount: () => void spawnSync("umount", ["-l", folder]) };
}

/** A file with a file system in it. */
export type Disk = {
  folder: string;
  /**
   * The file system finds a fault in itself and turns read-only, as it does when a disk dies. Asked politely, the kernel
   * refuses as long as somebody has a file open for writing.
   */
  breakDown(): void;
  /** Is mounted anew, as after a restart of the machine. */
  mountAgain(): void;
  /** As the operator makes it read-only or writable, while nobody has a file open. */
  remount(as: "ro" | "rw"): void;
  unmount(): void;
};

/** Null where this machine has no such disks to give. */
export function mountDisk(): Disk | null {
  const [image, folder] = [join(newFolder(), "disk"), join(newFolder(), "mount")];
  mkdirSync(folder);
  const run = (command: string, ...words: string[]) => spawnSync(command, words, { encoding: "utf8" });
  const mount = (...words: string[]) => {
    const { status, stderr } = run("mount", "-o", ...words, folder);
    if (status !== 0) throw new Error(`mount: ${stderr}`);
  };
  const mountImage = () => mount("loop,errors=remount-ro", image);
  const made = run("truncate", "-s", `${MEGABYTES}M`, image).status === 0 && run("mkfs.ext4", "-q", image).status === 0;
  if (!made) return null;
  const fault = () => join("/sys/fs/ext4", basename(run("findmnt", "-no", "SOURCE", folder).stdout.trim()), "trigger_fs_error");
  try {
    mountImage();
  } catch {
    return null;
  }
  const disk: Disk = {
    folder,
    breakDown: () => writeFileSync(fault(), "1"),
    mountAgain() {
      run("umount", folder);
      mountImage();
    },
    remount: (as) => mount(`remount,${as}`),
    unmount: () => void run("umount", "-l", folder),
  };
  if (existsSync(fault())) return disk;
  disk.unmount();
  return null;
}

/** Whether this process may mount. */
export function mayMount(): boolean {
  const folder = newFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).status === 0;
  if (mounted) spawnSync("umount", ["-l", folder]);
  return mounted;
}

/** Whether this machine has disks to break. */
export function hasDisks(): boolean {
  const disk = mountDisk();
  disk?.unmount();
  return disk !== null;
}
