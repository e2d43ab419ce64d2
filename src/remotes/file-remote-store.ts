/**
 * A remote or backup in a folder: `manifest` and table files. Works on any file system that several machines may
 * share; the manifest is swapped under the folder's lock. The folder is made by the first write, never by a read.
 */
import { dirname, join } from "node:path";
import { type Clock, systemClock, yieldToOthers } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import { hashOf, hashToText } from "../bytes/hash.ts";
import { TABLE_FILE_SUFFIX } from "../chunks/table-index.ts";
import type { FileSystem, FolderLock, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { TEMPORARY_SUFFIX, writeFileAtomically } from "../io/write-atomically.ts";
import { RemoteError } from "./remote-error.ts";
import type { RemoteStore, RemoteTableFile, StoredManifest } from "./remote-store.ts";
import { filePathOf } from "./remote-url.ts";

const MANIFEST_NAME = "manifest";
/** Written in one go; other work has its turn in between. */
const WRITE_SIZE = 512 * 1024;
const LOCK_WAIT_MS = 10_000;
const LOCK_PAUSE_MS = 10;
/** What a killed writer left is removed when it is surely nobody's work any more. */
const LEFT_OVER_AGE_MS = 3_600_000;

export class FileRemoteStore implements RemoteStore {
  readonly url: string;
  readonly #folder: string;
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #open = new Map<string, StoredFile>();

  constructor(url: string, files: FileSystem, clock: Clock = systemClock) {
    this.url = url;
    this.#folder = filePathOf(url);
    this.#files = files;
    this.#clock = clock;
  }

  async readManifest(): Promise<StoredManifest | undefined> {
    return this.#run(async () => this.#readManifestNow());
  }

  async swapManifest(bytes: Uint8Array, expected: string | undefined): Promise<string> {
    return this.#run(async () => {
      await this.#makeFolder();
      const lock = await this.#lock();
      try {
        if (this.#readManifestNow()?.version !== expected) {
          throw new RemoteError("precondition_failed", this.url, `${this.url} was changed by another writer`);
        }
        await this.#removeLeftOvers();
        await writeFileAtomically(this.#files, join(this.#folder, MANIFEST_NAME), bytes);
        return versionOf(bytes);
      } finally {
        await lock.release();
      }
    });
  }

  async putTableFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.#run(async () => {
      await this.#makeFolder();
      const path = join(this.#folder, name);
      if (this.#files.status(path)?.sizeBytes === bytes.length) return;
      const nonce = Buffer.from(systemRandom.bytes(8)).toString("hex");
      const temporary = `${path}.${nonce}${TEMPORARY_SUFFIX}`;
      const file = this.#files.openFile(temporary, "create");
      try {
        for (let start = 0; start < bytes.length; start += WRITE_SIZE) {
          if (start > 0) await yieldToOthers();
          file.write(bytes.subarray(start, start + WRITE_SIZE), start);
        }
        await file.sync();
      } catch (error) {
        file.close();
        await this.#files.removeFile(temporary);
        throw error;
      }
      file.close();
      await this.#files.rename(temporary, path);
      // The name must be durable before a manifest can mention it.
      await this.#files.syncFolder(this.#folder);
    });
  }

  async readTableFile(name: string, offset: number, size: number): Promise<Uint8Array> {
    return this.#run(async () => {
      let file = this.#open.get(name);
      if (file === undefined) {
        file = this.#files.openFile(join(this.#folder, name), "read");
        this.#open.set(name, file);
      }
      const bytes = new Uint8Array(size);
      const count = file.readInto(bytes, offset);
      if (count === size) return bytes;
      throw new RemoteError(
        "corrupted",
        this.url,
        `file is cut short at byte ${offset + count}: ${file.path}`,
      );
    });
  }

  async listTableFiles(): Promise<readonly RemoteTableFile[]> {
    return this.#run(async () => {
      if (this.#files.status(this.#folder) === undefined) return [];
      return this.#files.list(this.#folder).flatMap(({ name, kind }) => {
        if (kind !== "file" || !name.endsWith(TABLE_FILE_SUFFIX)) return [];
        const status = this.#files.status(join(this.#folder, name));
        return status === undefined
          ? []
          : [{ name, sizeBytes: status.sizeBytes, modifiedMs: status.modifiedMs }];
      });
    });
  }

  async removeTableFile(name: string): Promise<void> {
    await this.#run(async () => {
      this.#open.get(name)?.close();
      this.#open.delete(name);
      const path = join(this.#folder, name);
      if (this.#files.status(path) !== undefined) await this.#files.removeFile(path);
    });
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }

  #readManifestNow(): StoredManifest | undefined {
    const path = join(this.#folder, MANIFEST_NAME);
    const status = this.#files.status(path);
    if (status === undefined) {
      if (this.#files.status(this.#folder)?.kind === "file") {
        throw new RemoteError("bad_url", this.url, `${this.url} is a file, not a folder`);
      }
      return undefined;
    }
    const bytes = this.#files.readFile(path);
    return { bytes, version: versionOf(bytes) };
  }

  async #makeFolder(): Promise<void> {
    const status = this.#files.status(this.#folder);
    if (status?.kind === "file") {
      throw new RemoteError("bad_url", this.url, `${this.url} is a file, not a folder`);
    }
    if (status === undefined) await this.#files.makeFolder(this.#folder);
  }

  async #lock(): Promise<FolderLock> {
    const deadlineMs = this.#clock.monotonicMs() + LOCK_WAIT_MS;
    for (;;) {
      try {
        return await this.#files.lockFolder(this.#folder);
      } catch (error) {
        if (!(error instanceof StorageError && error.code === "locked")) throw error;
        if (this.#clock.monotonicMs() > deadlineMs) throw error;
      }
      await this.#clock.sleep(LOCK_PAUSE_MS + systemRandom.integer(LOCK_PAUSE_MS));
    }
  }

  async #removeLeftOvers(): Promise<void> {
    for (const { name, kind } of this.#files.list(this.#folder)) {
      if (kind !== "file" || !/\.table\.[0-9a-f]{16}\.tmp$/.test(name)) continue;
      const path = join(this.#folder, name);
      const status = this.#files.status(path);
      if (status !== undefined && status.modifiedMs < this.#clock.now() - LEFT_OVER_AGE_MS) {
        await this.#files.removeFile(path);
      }
    }
  }

  async #run<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      return await operation();
    } catch (error) {
      throw error instanceof StorageError ? translate(error, this.url) : error;
    }
  }
}

function versionOf(bytes: Uint8Array): string {
  return hashToText(hashOf(bytes));
}

function translate(error: StorageError, url: string): RemoteError {
  const options = { cause: error };
  const at = error.path === undefined ? url : dirname(error.path);
  switch (error.code) {
    case "not_found":
      return new RemoteError("not_found", url, `not found: ${error.path ?? at}`, options);
    case "locked":
      return new RemoteError("busy", url, `${url} is being written by another process`, options);
    case "disk_full":
      return new RemoteError("storage_full", url, `no space left at ${url}`, options);
    case "checksum_mismatch":
    case "bad_format":
      return new RemoteError("corrupted", url, error.message, options);
    case "unknown_version":
      return new RemoteError("unknown_version", url, error.message, options);
    case "chunk_missing":
    case "manifest_stale":
    case "io_failed":
    case "already_exists":
    case "closed":
      return new RemoteError("failed", url, error.message, options);
  }
}
