/**
 * Every chunk begins with a kind byte and a format version byte. The numbers are part of the storage format. Kinds of
 * the layers above are listed here too, so that no number is given out twice.
 */
import { AppError } from "../base/errors.ts";

export const CHUNK_TREE_NODE = 1;
export const CHUNK_BLOB_LEAF = 2;
export const CHUNK_BLOB_INDEX = 3;
export const CHUNK_TABLE_SCHEMA = 4;
export const CHUNK_ROOT_VALUE = 5;
export const CHUNK_COMMIT = 6;
export const CHUNK_WORKING_SET = 7;
export const CHUNK_TAG = 8;
export const CHUNK_DOCUMENT = 9;

export const CHUNK_FORMAT_VERSION = 1;

export type ChunkFormatErrorCode = "malformed_chunk" | "unknown_chunk_version";

/** A chunk's bytes are intact but mean nothing to this program. */
export class ChunkFormatError extends AppError<ChunkFormatErrorCode> {}

/** Checks kind, version and smallest size of a chunk before it is decoded. */
export function checkChunkKind(bytes: Uint8Array, kind: number, sizeMin = 2): void {
  if (bytes.length < sizeMin || bytes[0] !== kind) {
    throw new ChunkFormatError(
      "malformed_chunk",
      `expected a chunk of kind ${kind}, found kind ${bytes[0] ?? "none"}`,
    );
  }
  if (bytes[1] !== CHUNK_FORMAT_VERSION) {
    throw new ChunkFormatError(
      "unknown_chunk_version",
      `chunk of kind ${kind} has format version ${bytes[1]}; this program reads ${CHUNK_FORMAT_VERSION}`,
    );
  }
}
