/** The real file system whose operations fail when a test says so. */
import type {
  FileStatus,
  FileSystem,
  FolderEntry,
  FolderLock,
  OpenMode,
  StoredFile,
} from "../../src/io/file-system.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { StorageError, type StorageErrorCode } from "../../src/io/storage-error.ts";

export type FailingOperation =
  | "open"
  | "read"
  | "write"
  | "truncate"
  | "sync"
  | "rename"
  | "remove"
  | "folder";

export class FailingFileSystem implements FileSystem {
  readonly #real = new NodeFileSystem();
  /** A code it returns becomes the operation's error. */
  fault: (operation: FailingOperation, path: string) => StorageErrorCode | undefined = () => undefined;

  check(operation: FailingOperation, path: string): void {
    const code = this.fault(operation, path);
    if (code !== undefined) throw new StorageError(code, `cannot ${operation}`, { path });
  }

  openFile(path: string, mode: OpenMode): StoredFile {
    this.check("open", path);
    return new FailingFile(this, this.#real.openFile(path, mode));
  }

  status(path: string): FileStatus | undefined {
    return this.#real.status(path);
  }

  list(path: string): readonly FolderEntry[] {
    return this.#real.list(path);
  }

  readFile(path: string): Uint8Array {
    this.check("read", path);
    return this.#real.readFile(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.check("rename", from);
    await this.#real.rename(from, to);
  }

  async removeFile(path: string): Promise<void> {
    this.check("remove", path);
    await this.#real.removeFile(path);
  }

  async removeFolder(path: string): Promise<void> {
    this.check("remove", path);
    await this.#real.removeFolder(path);
  }

  async makeFolder(path: string): Promise<void> {
    this.check("folder", path);
    await this.#real.makeFolder(path);
  }

  async syncFolder(path: string): Promise<void> {
    this.check("sync", path);
    await this.#real.syncFolder(path);
  }

  lockFolder(path: string): Promise<FolderLock> {
    return this.#real.lockFolder(path);
  }
}

class FailingFile implements StoredFile {
  readonly #files: FailingFileSystem;
  readonly #real: StoredFile;

  constructor(files: FailingFileSystem, real: StoredFile) {
    this.#files = files;
    this.#real = real;
  }

  get path(): string {
    return this.#real.path;
  }

  size(): number {
    return this.#real.size();
  }

  readInto(target: Uint8Array, position: number): number {
    this.#files.check("read", this.path);
    return this.#real.readInto(target, position);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#files.check("write", this.path);
    this.#real.write(bytes, position);
  }

  truncate(sizeBytes: number): void {
    this.#files.check("truncate", this.path);
    this.#real.truncate(sizeBytes);
  }

  async sync(): Promise<void> {
    this.#files.check("sync", this.path);
    await this.#real.sync();
  }

  close(): void {
    this.#real.close();
  }
}
