/**
 * The one place where any error becomes what a MySQL client sees. Each layer's codes are switched on exhaustively, so a
 * new code does not compile until it has a number here.
 */
import { unreachable } from "../base/assert.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { StorageError } from "../io/storage-error.ts";
import { ChunkFormatError } from "../prolly/chunk-kinds.ts";
import { RemoteError } from "../remotes/remote-error.ts";
import type { ErrorSymbol } from "../values/error-catalogue.ts";
import { JsonTextError } from "../values/json-parse.ts";
import { SqlError, sqlError } from "../values/sql-error.ts";
import { VersionError } from "../vcs/version-error.ts";
import { WireError } from "../wire/wire-error.ts";

/** Never throws. What is no error of ours (a failed assertion, a fault of the runtime) is 1105. */
export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof StorageError)
    return new SqlError(storageSymbol(error), error.message, { cause: error });
  if (error instanceof VersionError)
    return new SqlError(versionSymbol(error), error.message, { cause: error });
  if (error instanceof RemoteError) return new SqlError(remoteSymbol(error), error.message, { cause: error });
  if (error instanceof WireError) return wireSqlError(error);
  if (error instanceof ChunkFormatError)
    return new SqlError("ER_NOT_KEYFILE", error.message, { cause: error });
  if (error instanceof JsonTextError)
    return new SqlError("ER_INVALID_JSON_TEXT", error.message, { cause: error });
  if (error instanceof DecodeError) return new SqlError("ER_UNKNOWN_ERROR", error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new SqlError("ER_UNKNOWN_ERROR", message, { cause: error });
}

/** Whether the error is a fault of the server that someone must look at, not a client's. */
export function isServerFault(error: unknown): boolean {
  if (error instanceof VersionError) return error.code === "corrupted";
  if (error instanceof RemoteError) return error.code === "failed";
  return !(error instanceof SqlError || error instanceof WireError || error instanceof JsonTextError);
}

function storageSymbol(error: StorageError): ErrorSymbol {
  switch (error.code) {
    case "disk_full":
      return "ER_RECORD_FILE_FULL";
    case "io_failed":
    case "closed":
      return "ER_GET_ERRNO";
    case "chunk_missing":
    case "checksum_mismatch":
    case "bad_format":
      return "ER_NOT_KEYFILE";
    case "unknown_version":
    case "manifest_stale":
    case "locked":
    case "not_found":
    case "already_exists":
      return "ER_UNKNOWN_ERROR";
    default:
      return unreachable(error.code);
  }
}

function versionSymbol(error: VersionError): ErrorSymbol {
  switch (error.code) {
    case "table_not_found":
      return "ER_NO_SUCH_TABLE";
    case "corrupted":
      return "ER_NOT_KEYFILE";
    case "ref_not_found":
    case "ref_exists":
    case "ambiguous_ref":
    case "branch_in_use":
    case "invalid_ref_name":
    case "invalid_revision":
    case "not_fast_forward":
    case "not_merged":
    case "no_common_ancestor":
    case "merge_conflict":
    case "schema_conflict":
    case "constraint_violation":
    case "nothing_to_commit":
    case "empty_message":
    case "uncommitted_changes":
      return "ER_UNKNOWN_ERROR";
    default:
      return unreachable(error.code);
  }
}

function remoteSymbol(error: RemoteError): ErrorSymbol {
  switch (error.code) {
    case "bad_url":
    case "unknown_scheme":
    case "invalid_refspec":
      return "ER_WRONG_ARGUMENTS";
    case "corrupted":
      return "ER_NOT_KEYFILE";
    case "storage_full":
      return "ER_RECORD_FILE_FULL";
    case "unauthorized":
    case "unreachable":
    case "not_found":
    case "precondition_failed":
    case "busy":
    case "wrong_kind":
    case "other_database":
    case "unknown_version":
    case "ref_not_found":
    case "already_exists":
    case "unsafe_store":
    case "failed":
      return "ER_UNKNOWN_ERROR";
    default:
      return unreachable(error.code);
  }
}

function wireSqlError(error: WireError): SqlError {
  switch (error.code) {
    case "malformed_packet":
      return sqlError("ER_MALFORMED_PACKET");
    case "handshake":
      return sqlError("ER_HANDSHAKE_ERROR");
    case "packet_too_large":
      return sqlError("ER_NET_PACKET_TOO_LARGE");
    case "out_of_order":
      return sqlError("ER_NET_PACKETS_OUT_OF_ORDER");
    case "bad_parameter":
      return sqlError("ER_WRONG_ARGUMENTS", "COM_STMT_EXECUTE");
    default:
      return unreachable(error.code);
  }
}
