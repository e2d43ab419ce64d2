/**
 * The seam between us and files. Reads and writes into the page cache are synchronous (they cost microseconds); what
 * waits for the disk (sync, rename, folder sync) or for others (locks) is asynchronous.
 *
 * Every failure is a StorageError that names the path: `not_found`, `already_exists`, `disk_full`, `locked`, or
 * `io_failed` with the system's error as cause.
 *
 * Durability: bytes survive a power cut after {@link StoredFile.sync}; a created, renamed or removed name survives after
 * {@link FileSystem.syncFolder} of its folder. Before that any part may be lost or torn.
 */

export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export type EntryKind = "file" | "folder" | "other";

export interface FileStatus {
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** `read`: must exist, reading only. `write`: created when absent, reading and writing. `create`: must not exist. */
export type OpenMode = "read" | "write" | "create";

export interface StoredFile {
  readonly path: string;
  size(): number;
  /** Fills `target` from `position` on; returns the number of bytes, fewer only at the end of the file. */
  readInto(target: Uint8Array, position: number): number;
  /** Writes all of `bytes`. After an error any part of them may have been written. */
  write(bytes: Uint8Array, position: number): void;
  truncate(sizeBytes: number): void;
  /** Makes the content and size durable (fdatasync). After a failure the content since the last sync is unknown. */
  sync(): Promise<void>;
  close(): void;
}

/** A folder held by this process; see {@link FileSystem.lockFolder}. */
export interface FolderLock {
  /** False once the lock was lost (its file was removed by someone). */
  isHeld(): boolean;
  release(): Promise<void>;
}

export interface FileSystem {
  openFile(path: string, mode: OpenMode): StoredFile;
  /** `undefined` when nothing is there. */
  status(path: string): FileStatus | undefined;
  /** Sorted by name. */
  list(path: string): readonly FolderEntry[];
  readFile(path: string): Uint8Array;
  /** Replaces `to` atomically when it exists. */
  rename(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** With everything in it. Does nothing when it is not there. */
  removeFolder(path: string): Promise<void>;
  /** With missing parents; durable when it resolves. Does nothing when it is there. */
  makeFolder(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /**
   * Takes the folder for this process alone, or throws `locked`. A lock whose process has died is taken over.
   * The same process cannot take it twice.
   */
  lockFolder(path: string): Promise<FolderLock>;
}
