/** The real file system. */
import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import type {
  EntryKind,
  FileStatus,
  FileSystem,
  FolderEntry,
  FolderLock,
  OpenMode,
  StoredFile,
} from "./file-system.ts";
import { acquireFolderLock } from "./folder-lock.ts";
import { StorageError, type StorageErrorCode } from "./storage-error.ts";

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR | fs.constants.O_CREAT,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
};

const fdatasync = promisify(fs.fdatasync);

export class NodeFileSystem implements FileSystem {
  openFile(path: string, mode: OpenMode): StoredFile {
    return run("open", path, () => {
      const descriptor = fs.openSync(path, FLAGS[mode]);
      if (fs.fstatSync(descriptor).isFile()) return new NodeFile(path, descriptor);
      fs.closeSync(descriptor);
      throw new StorageError("io_failed", "not a file", { path });
    });
  }

  status(path: string): FileStatus | undefined {
    return run("look at", path, () => {
      try {
        const status = fs.statSync(path, { throwIfNoEntry: false });
        return status && { kind: kindOf(status), sizeBytes: status.size, modifiedMs: status.mtimeMs };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
        throw error;
      }
    });
  }

  list(path: string): readonly FolderEntry[] {
    return run("list", path, () =>
      fs
        .readdirSync(path, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
    );
  }

  readFile(path: string): Uint8Array {
    return run("read", path, () => fs.readFileSync(path));
  }

  rename(from: string, to: string): Promise<void> {
    return runAsync("rename", from, () => promises.rename(from, to));
  }

  removeFile(path: string): Promise<void> {
    return runAsync("remove", path, () => promises.unlink(path));
  }

  removeFolder(path: string): Promise<void> {
    return runAsync("remove", path, () => promises.rm(path, { recursive: true, force: true }));
  }

  async makeFolder(path: string): Promise<void> {
    const highest = await runAsync("make", path, () => promises.mkdir(path, { recursive: true }));
    if (highest === undefined) return;
    // Each new name is in its parent, from the one above the highest down.
    for (
      let parent = dirname(resolve(path));
      parent.length >= dirname(highest).length;
      parent = dirname(parent)
    ) {
      await this.syncFolder(parent);
      if (parent === dirname(parent)) break;
    }
  }

  syncFolder(path: string): Promise<void> {
    return runAsync("sync", path, async () => {
      const folder = await promises.open(path, "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    });
  }

  lockFolder(path: string): Promise<FolderLock> {
    return acquireFolderLock(path);
  }
}

class NodeFile implements StoredFile {
  readonly path: string;
  readonly #descriptor: number;
  #closed = false;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  size(): number {
    return run("look at", this.path, () => fs.fstatSync(this.#descriptor).size);
  }

  readInto(target: Uint8Array, position: number): number {
    let done = 0;
    try {
      while (done < target.length) {
        const count = fs.readSync(this.#descriptor, target, done, target.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    } catch (error) {
      throw translate("read", this.path, error);
    }
  }

  write(bytes: Uint8Array, position: number): void {
    let done = 0;
    try {
      while (done < bytes.length) {
        done += fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
      }
    } catch (error) {
      throw translate("write", this.path, error);
    }
  }

  truncate(sizeBytes: number): void {
    run("truncate", this.path, () => fs.ftruncateSync(this.#descriptor, sizeBytes));
  }

  sync(): Promise<void> {
    return runAsync("sync", this.path, () => fdatasync(this.#descriptor));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    run("close", this.path, () => fs.closeSync(this.#descriptor));
  }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): EntryKind {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}

function run<Result>(verb: string, path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw translate(verb, path, error);
  }
}

async function runAsync<Result>(verb: string, path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw translate(verb, path, error);
  }
}

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: "not_found",
  ENOTDIR: "not_found",
  EEXIST: "already_exists",
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
};

function translate(verb: string, path: string, error: unknown): Error {
  if (error instanceof StorageError) return error;
  const { code = "unknown error", message } = error as NodeJS.ErrnoException;
  return new StorageError(CODES[code] ?? "io_failed", `cannot ${verb} (${code ?? message})`, {
    path,
    cause: error,
  });
}
