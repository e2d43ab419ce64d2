/** A real file system of limited size (a tmpfs), where mounting is allowed. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounted on `path`, which is made; or why it cannot be. */
  static mount(path: string, sizeMiB: number): SmallDisk | string {
    if (process.platform !== "linux") return "tmpfs is Linux's";
    mkdirSync(path, { recursive: true });
    const failure = run("mount", "-t", "tmpfs", "-o", `size=${sizeMiB}m`, "tmpfs", path);
    return failure ?? new SmallDisk(path);
  }

  grow(sizeMiB: number): void {
    const failure = run("mount", "-o", `remount,size=${sizeMiB}m`, this.path);
    if (failure !== undefined) throw new Error(failure);
  }

  /** Whoever still has files open on it keeps them. */
  unmount(): void {
    const failure = run("umount", "-l", this.path);
    if (failure !== undefined) throw new Error(failure);
  }
}

/** What went wrong, if anything did. */
function run(command: string, ...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
