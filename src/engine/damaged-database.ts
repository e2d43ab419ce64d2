/**
 * A database that could not be opened when the server started. It keeps its name and its files as they are; whoever
 * uses it is told what is wrong and where. It can be dropped, or replaced by a restored one.
 */
import { StorageError } from "../io/storage-error.ts";

/** What everyone who uses the database is told. `path`, `offset` and `hash` are those of the damage. */
export function damageError(name: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof StorageError ? cause.code : "bad_format";
  return new StorageError(code, `database '${name}' could not be opened: ${reason}`, { cause });
}

/** Another process has the folder: then nothing may be served from this data directory, and nobody may think it damaged. */
export function isHeldByOther(error: unknown): boolean {
  return error instanceof StorageError && error.code === "locked";
}
