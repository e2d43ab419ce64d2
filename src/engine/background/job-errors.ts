/** Errors on their way from a background thread: threads send data, not objects of a class. */
import { AssertionError } from "../../base/assert.ts";
import { StorageError, type StorageErrorCode } from "../../io/storage-error.ts";
import { ChunkFormatError, type ChunkFormatErrorCode } from "../../prolly/chunk-kinds.ts";
import { RemoteError, type RemoteErrorCode } from "../../remotes/remote-error.ts";
import type { ErrorSymbol } from "../../values/error-catalogue.ts";
import { SqlError } from "../../values/sql-error.ts";

type JobError =
  | { readonly kind: "storage"; readonly code: StorageErrorCode; readonly message: string }
  | { readonly kind: "format"; readonly code: ChunkFormatErrorCode; readonly message: string }
  | {
      readonly kind: "remote";
      readonly code: RemoteErrorCode;
      readonly subject: string;
      readonly message: string;
    }
  | { readonly kind: "sql"; readonly code: ErrorSymbol; readonly message: string }
  | { readonly kind: "assertion" | "other"; readonly message: string; readonly stack: string };

/** What keeps an error's meaning: code and message. */
export function encodeJobError(error: unknown): JobError {
  if (error instanceof StorageError) return { kind: "storage", code: error.code, message: error.message };
  if (error instanceof ChunkFormatError) return { kind: "format", code: error.code, message: error.message };
  if (error instanceof RemoteError) {
    const { code, subject, message } = error;
    return { kind: "remote", code, subject, message };
  }
  if (error instanceof SqlError) return { kind: "sql", code: error.code, message: error.message };
  const kind = error instanceof AssertionError ? "assertion" : "other";
  if (!(error instanceof Error)) return { kind, message: String(error), stack: "" };
  return { kind, message: error.message, stack: error.stack ?? "" };
}

/** The opposite of {@link encodeJobError}. */
export function decodeJobError(encoded: unknown): Error {
  const error = encoded as JobError;
  switch (error.kind) {
    case "storage":
      return new StorageError(error.code, error.message);
    case "format":
      return new ChunkFormatError(error.code, error.message);
    case "remote":
      return new RemoteError(error.code, error.subject, error.message);
    case "sql":
      return new SqlError(error.code, error.message);
    case "assertion":
      return new AssertionError(`${error.message}\nin a background thread: ${error.stack}`);
    case "other":
      return new Error(error.message, { cause: error.stack });
  }
}
