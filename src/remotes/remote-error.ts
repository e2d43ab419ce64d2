/** What can go wrong with remotes and backups. `retryable`: the same call may succeed a moment later. */
import { AppError } from "../base/errors.ts";

export type RemoteErrorCode =
  /** The URL is not one, or names a place that cannot be meant. */
  | "bad_url"
  | "unknown_scheme"
  | "unauthorized"
  | "unreachable"
  /** There is no remote or backup at the URL, or a file of it is gone. */
  | "not_found"
  /** The manifest is no longer the expected one. */
  | "precondition_failed"
  /** Another writer holds the place. */
  | "busy"
  /** A backup where a remote is expected, or the other way round, or a database's own folder. */
  | "wrong_kind"
  /** The backup belongs to another database. */
  | "other_database"
  /** What is stored there is damaged; the message names file and position. */
  | "corrupted"
  /** Written by a newer version. */
  | "unknown_version"
  | "invalid_refspec"
  | "ref_not_found"
  /** A restore or clone would overwrite something. */
  | "already_exists"
  | "storage_full"
  /** The object store lacks conditional writes, so that concurrent writers would not notice each other. */
  | "unsafe_store"
  | "failed";

const RETRYABLE: ReadonlySet<RemoteErrorCode> = new Set(["unreachable", "busy"]);

export class RemoteError extends AppError<RemoteErrorCode> {
  /** The URL, ref or refspec it is about. */
  readonly subject: string;

  constructor(
    code: RemoteErrorCode,
    subject: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, message, options);
    this.subject = subject;
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
