/** The errors of files and chunks: what disks do, and what we find on them. */
import { AppError } from "../base/errors.ts";
import { type Hash, hashToText } from "../bytes/hash.ts";

export type StorageErrorCode =
  /** A chunk that something refers to is not in the store. */
  | "chunk_missing"
  /** Stored bytes are not what was written. */
  | "checksum_mismatch"
  /** A file is not of the format it should be, or is cut short. */
  | "bad_format"
  /** A file was written by a newer version. */
  | "unknown_version"
  /** Another writer replaced the manifest. */
  | "manifest_stale"
  /** Another live process has the folder open. */
  | "locked"
  | "disk_full"
  /** The file system answered with an error (EIO, EACCES, EROFS …). */
  | "io_failed"
  | "not_found"
  | "already_exists"
  /** The store was closed, or gave up after a failed sync. */
  | "closed";

export interface StorageErrorDetails {
  readonly path?: string;
  readonly offset?: number;
  readonly hash?: Hash;
  readonly cause?: unknown;
}

export class StorageError extends AppError<StorageErrorCode> {
  readonly path: string | undefined;
  readonly offset: number | undefined;
  readonly hash: Hash | undefined;

  constructor(code: StorageErrorCode, message: string, details: StorageErrorDetails = {}) {
    super(code, withDetails(message, details), { cause: details.cause });
    this.path = details.path;
    this.offset = details.offset;
    this.hash = details.hash;
  }
}

function withDetails(message: string, { path, offset, hash }: StorageErrorDetails): string {
  const hashPart = hash === undefined ? "" : ` (chunk ${hashToText(hash)})`;
  const offsetPart = offset === undefined ? "" : ` at byte ${offset}`;
  const pathPart = path === undefined ? "" : `: ${path}`;
  return `${message}${hashPart}${pathPart}${offsetPart}`;
}
